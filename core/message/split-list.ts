/**
 * Splits items, in their order, into lists of a maximum length, for services that accept only so many at
 * once.
 */
export function splitList<T>(items: readonly T[], most: number): T[][] {
  const count = Math.ceil(items.length / most);
  return Array.from({ length: count }, (_, at) => items.slice(at * most, (at + 1) * most));
}
