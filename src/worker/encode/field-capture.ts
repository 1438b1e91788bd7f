/** The text of a field as Python's `str.format` gives it. */
export type CapturedField = string;

/** Fields to look out for, as a tree of keys. */
export interface FieldNode {
  /** Place of the field in the list that was asked for. */
  place: number | undefined;
  readonly children: Map<string, FieldNode>;
}

/** @param paths dotted, such as `new_alert.alert_id`. */
export function fieldTree(paths: readonly string[]): FieldNode {
  const root: FieldNode = { place: undefined, children: new Map() };
  paths.forEach((path, place) => {
    let node = root;
    for (const key of path.split('.')) {
      let child = node.children.get(key);
      if (child === undefined) {
        child = { place: undefined, children: new Map() };
        node.children.set(key, child);
      }
      node = child;
    }
    node.place = place;
  });
  return root;
}

/** A double that is no number, as Python's `str` writes it. */
export function pythonText(value: number): string {
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}
