import { segmentBase } from './record.ts';

/**
 * So many files may be open of one partition: a template with a value for every alert would open one each. What comes beyond it
 * begins a new range.
 */
export const MAX_RANGE_FILES = 256;

/** How the files of one partition are named in the folders that `--path` says. */
export interface Layout {
  /** In front of the partition's number, where the folders do not tell topics apart. */
  readonly prefix: string;
}

/** Whether the folders of a template are never the same for two topics. */
export function tellsTopicsApart(template: string): boolean {
  return template.split('/').includes('{topic}');
}

/** A range's file in a folder, below the output folder: no other range and no other partition has one of this name. */
export function pathInLayout(
  { prefix }: Layout,
  folder: string,
  at: { readonly partition: number; readonly first: number; readonly extension: string },
): string {
  return `${folder}/${prefix}${at.partition}-${segmentBase(at.first)}${at.extension}`;
}
