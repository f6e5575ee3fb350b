/**
 * Whether a live value is the one in the template.
 *
 * A service adds what the template leaves out (defaults, ids, timestamps), so the live value must
 * contain the template's, not equal it. It may have another form: a number or a boolean as text, an
 * unordered list in another order, the id of a key where the template has its ARN.
 */

/** True if everything in `wanted` is in `live`. */
export function contains(live: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) return sameItems(live, wanted);
  if (isRecord(wanted)) {
    return (
      isRecord(live) && Object.entries(wanted).every(([key, value]) => contains(live[key], value))
    );
  }
  if (live === undefined || live === null || typeof live === 'object') return false;
  return keyId(String(live)) === keyId(String(wanted));
}

/** As many items, and for each wanted one a different live one that contains it. */
function sameItems(live: unknown, wanted: readonly unknown[]): boolean {
  // One item and a list of one are the same to IAM.
  const left = Array.isArray(live) ? [...live] : live === undefined ? [] : [live];
  if (left.length !== wanted.length) return false;
  return wanted.every((item) => {
    const index = left.findIndex((candidate) => contains(candidate, item));
    if (index >= 0) left.splice(index, 1);
    return index >= 0;
  });
}

const keyId = (text: string) => /^arn:[^:]*:kms:[^:]*:[^:]*:key\/(.+)$/.exec(text)?.[1] ?? text;

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
