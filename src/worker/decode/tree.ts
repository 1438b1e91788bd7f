import { ObjectSize } from './object-size.ts';
import type { AlertVisitor } from './visitor.ts';

/** A value with its type on the wire. Objects are maps: keys in their order, none special. */
type Node =
  | { readonly object: Map<string, Node> }
  | { readonly array: Node[] }
  | { readonly tell: (visitor: AlertVisitor) => void };

/**
 * Takes a document in as a tree and tells it again with each key once: the last value, at the first one's place, as Python's `dict`
 * has it. Only documents with a repeated key come this way.
 */
export class TreeBuilder implements AlertVisitor {
  readonly #open: { node: Node; key: string }[] = [];
  readonly #size = new ObjectSize();
  #root: Node | undefined;

  /** Tells the document to another visitor. */
  replay(visitor: AlertVisitor): void {
    if (this.#root !== undefined) tell(this.#root, visitor);
  }

  beginObject(): void {
    this.#begin({ object: new Map() });
  }
  key(name: string): boolean {
    const top = this.#open.at(-1);
    if (top !== undefined) top.key = name;
    return true;
  }
  endObject(): void {
    this.#open.pop();
  }
  beginArray(): void {
    this.#begin({ array: [] });
  }
  endArray(): void {
    this.#open.pop();
  }
  null(): void {
    this.#leaf((visitor) => {
      visitor.null();
    });
  }
  boolean(value: boolean): void {
    this.#leaf((visitor) => {
      visitor.boolean(value);
    });
  }
  int(value: number): void {
    this.#leaf((visitor) => {
      visitor.int(value);
    });
  }
  long(value: bigint | number): void {
    this.#leaf((visitor) => {
      visitor.long(value);
    });
  }
  double(value: number): void {
    this.#leaf((visitor) => {
      visitor.double(value);
    });
  }
  numberText(text: string): void {
    this.#leaf((visitor) => {
      visitor.numberText(text);
    });
  }
  string(value: string): void {
    this.#leaf((visitor) => {
      visitor.string(value);
    });
  }
  bytes(value: Uint8Array): void {
    const copy = Uint8Array.from(value);
    this.#leaf((visitor) => {
      visitor.bytes(copy);
    });
  }

  #leaf(tellIt: (visitor: AlertVisitor) => void): void {
    this.#add({ tell: tellIt });
  }

  #begin(node: Node): void {
    this.#add(node);
    this.#open.push({ node, key: '' });
  }

  #add(node: Node): void {
    this.#size.grow();
    const top = this.#open.at(-1);
    if (top === undefined) this.#root = node;
    else if ('object' in top.node) top.node.object.set(top.key, node);
    else if ('array' in top.node) top.node.array.push(node);
  }
}

function tell(node: Node, visitor: AlertVisitor): void {
  if ('object' in node) {
    visitor.beginObject(true);
    for (const [key, value] of node.object) {
      if (visitor.key(key)) tell(value, visitor);
    }
    visitor.endObject();
  } else if ('array' in node) {
    visitor.beginArray();
    for (const value of node.array) tell(value, visitor);
    visitor.endArray();
  } else {
    node.tell(visitor);
  }
}
