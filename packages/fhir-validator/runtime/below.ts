/**
 * A walk over all values below one, in document order, that keeps no more than the way to the one at
 * hand. Iterative, so that no nesting exhausts the stack.
 */

interface Level {
  readonly values: readonly unknown[];
  at: number;
}

/** Whether some value below passes. Items of arrays are visited, arrays themselves are not. */
export function someBelow(value: unknown, test: (each: unknown) => boolean): boolean {
  const way: Level[] = [{ values: valuesOf(value), at: 0 }];
  for (let top = way.at(-1); top; top = way.at(-1)) {
    if (top.at === top.values.length) {
      way.pop();
      continue;
    }
    const each = top.values[top.at++];
    if (!Array.isArray(each) && test(each)) return true;
    if (typeof each === 'object' && each !== null) {
      way.push({ values: valuesOf(each), at: 0 });
    }
  }
  return false;
}

function valuesOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}
