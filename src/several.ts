/** `1 alert`, `20 alerts` @param one what is counted, as one of them. */
export function several(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}
