/**
 * Where an entry is stored: under its sequence in the table, and in the object of its batch, whose
 * name is the batch's first sequence. Both are padded, so that names sort like numbers in DynamoDB
 * and S3. Twelve digits last for more than thirty thousand years at one entry per second.
 */
const DIGITS = 12;

export const sortKeyOf = (sequence: number) => String(sequence).padStart(DIGITS, '0');

/** The sequence in a sort key; undefined if it is not an entry's. */
export function sequenceOf(sortKey: string): number | undefined {
  const sequence = /^\d{12}$/.test(sortKey) ? Number(sortKey) : 0;
  return sequence > 0 ? sequence : undefined;
}

/** Prefix of all objects of a chain. */
export const prefixOf = (chain: string) => `${chain}/`;

export const objectKeyOf = (chain: string, first: number) =>
  `${prefixOf(chain)}${sortKeyOf(first)}.ndjson`;

/** Sequence of the first entry in the object with this key; undefined if it is not a batch. */
export function firstOf(chain: string, key: string): number | undefined {
  const [, digits = ''] = /^(\d{12})\.ndjson$/.exec(key.slice(prefixOf(chain).length)) ?? [];
  return key.startsWith(prefixOf(chain)) ? sequenceOf(digits) : undefined;
}

/** A batch as its object holds it: one line an entry. */
export const objectText = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

/** The lines of an object. The last one is empty if the text ends correctly. */
export const linesOf = (text: string) => text.split('\n');
