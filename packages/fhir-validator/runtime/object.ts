/** Whether a value is a JSON object, not an array or null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A primitive as a text. Empty for an object, whose own `toString` may be anything, so that
 * converting it would throw.
 */
export function plainText(value: unknown): string {
  return typeof value === 'object' && value !== null ? '' : String(value);
}

/**
 * A member of an object whose members are not known. V8 looks up a name slowly where it has seen
 * thousands of object layouts, but it iterates over the first few members fast.
 */
export function memberOf(value: Record<string, unknown>, name: string): unknown {
  for (const key in value) if (key === name) return value[key];
  return undefined;
}
