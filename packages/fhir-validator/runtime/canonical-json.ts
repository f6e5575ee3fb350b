/**
 * Returns the same text for equal JSON values, whatever the order of their properties. Values below
 * DEPTH_MAX are not compared: no FHIR data is as deep.
 */
const DEPTH_MAX = 64;

export function canonicalJson(value: unknown, depth = 0): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  if (depth === DEPTH_MAX) return '…';
  if (Array.isArray(value)) {
    return `[${value.map((item) => canonicalJson(item, depth + 1)).join()}]`;
  }
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = entries.map(
    ([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item, depth + 1)}`,
  );
  return `{${parts.join()}}`;
}
