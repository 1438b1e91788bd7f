import type { FieldNode } from '../encode/field-capture.ts';
import { CHILD_BYTES, FIELD_FIRST_CHILD, FIELDS, FIELDS_END, MAX_CAPTURES } from './layout.ts';

const NO_PLACE = -1;

/** Writes the tree of fields to look out for into the memory. False: it is too large. */
export function writeFields(memory: WebAssembly.Memory, root: FieldNode, count: number): boolean {
  if (count > MAX_CAPTURES) return false;
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
  write(root);
  return top <= FIELDS_END;
}
