/**
 * Visits all values below a value in document order. Keeps only the way to the current one in
 * memory. Iterative, so that deep nesting cannot exhaust the stack.
 */

interface Level {
  readonly values: readonly unknown[];
  at: number;
}

/**
 * Whether some value below passes the test. Visits the items of arrays, but not the arrays
 * themselves.
 */
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
