import type { FieldNode } from '../encode/field-capture.ts';
import { CHILD_BYTES, FIELD_FIRST_CHILD, FIELDS, FIELDS_END } from './layout.ts';

const NO_PLACE = -1;

/** Writes trees of fields into the memory, the first of them at its place there. @returns where each stands; null: they are too large. */
export function writeTrees(memory: WebAssembly.Memory, roots: readonly FieldNode[]): number[] | null {
  const view = new DataView(memory.buffer);
  const bytes = new Uint8Array(memory.buffer);
  let top = FIELDS;
  const take = (size: number): number => {
    const at = top;
    top += (size + 3) & ~3;
    return at;
  };
  const write = ({ place, children }: FieldNode): number => {
    const node = take(FIELD_FIRST_CHILD + CHILD_BYTES * children.size);
    if (top > FIELDS_END) return node;
    view.setInt32(node, place ?? NO_PLACE, true);
    view.setUint32(node + 4, children.size, true);
    let child = node + FIELD_FIRST_CHILD;
    for (const [name, below] of children) {
      const text = Buffer.from(name);
      const textAt = take(text.length);
      if (top > FIELDS_END) return node;
      bytes.set(text, textAt);
      view.setUint32(child, text.length, true);
      view.setUint32(child + 4, textAt, true);
      view.setUint32(child + 8, write(below), true);
      child += CHILD_BYTES;
    }
    return node;
  };
  const places = roots.map(write);
  return top <= FIELDS_END ? places : null;
}
