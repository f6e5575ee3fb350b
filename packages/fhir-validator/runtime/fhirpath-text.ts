/** Functions of texts that compiled invariants call. Like those of fhirpath.ts, they accept any JSON. */
type Json = unknown;

/** The texts with a separator between them. Undefined if there is none, or something else. */
export function joined(list: readonly Json[], separator: Json): string | undefined {
  const isText = list.length > 0 && list.every((each) => typeof each === 'string');
  return isText && typeof separator === 'string' ? list.join(separator) : undefined;
}

export function parts(value: Json, separator: Json): Json[] {
  if (typeof value !== 'string' || typeof separator !== 'string') return [];
  return separator === '' ? [...value] : value.split(separator);
}

export function lastIndexOf(value: Json, part: Json): number | undefined {
  const areTexts = typeof value === 'string' && typeof part === 'string';
  return areTexts ? value.lastIndexOf(part) : undefined;
}
