/** A JSON object, as opposed to an array or null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The member of that name of an object that may have any layout. The engine looks up a name slowly
 * where it has met thousands of layouts, and walks over the first few members fast.
 */
export function memberOf(value: Record<string, unknown>, name: string): unknown {
  for (const key in value) if (key === name) return value[key];
  return undefined;
}
