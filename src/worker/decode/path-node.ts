/**
 * A place in an alert by its keys; items of an array share one. Nodes, not texts: below a long key every text of a path would be as long
 * as the key.
 */
export class PathNode {
  /** Whether the source had a double here. */
  isDouble = false;
  #children: Map<string, PathNode> | undefined;
  #items: PathNode | undefined;

  /** The node of a key, or of the items of an array; made where it is not there. */
  at(key: string | null): PathNode {
    let node = this.find(key);
    if (node === undefined) {
      node = new PathNode();
      if (key === null) this.#items = node;
      else (this.#children ??= new Map<string, PathNode>()).set(key, node);
    }
    return node;
  }

  /** @param key null: the items of an array. */
  find(key: string | null): PathNode | undefined {
    return key === null ? this.#items : this.#children?.get(key);
  }
}
