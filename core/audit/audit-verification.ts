/**
 * Verifies that the log is what was written (R40). Table and objects must both hold every entry, with the
 * same text.
 *
 * It goes through the log a batch at a time, from a head that is known to be right, and stops at the first
 * entry that is missing, changed or out of place, or at anything that should not be there. The objects are
 * the evidence (nobody can change their first version while they are locked), the table is the copy that is
 * easy to read. So where the two differ, the object is checked first, by its own hashes.
 */
import { type AuditEntry, factKeyOf, type Head, headAt, readEntry } from './audit-chain.ts';
import { firstOf, linesOf, sortKeyOf } from './audit-keys.ts';

/** An item of the table's partition. */
export interface AuditRow {
  readonly sortKey: string;
  readonly line: string;
}

/** The first version of an object; no text if its bytes are not UTF-8. */
export interface AuditObject {
  readonly key: string;
  readonly text?: string | undefined;
  /** No version is left: somebody was able to unlock and delete it. */
  readonly gone?: boolean;
}

export interface AuditProblem {
  /** The entry that should be there. */
  readonly sequence: number;
  /** `facts`: the rows of known facts; `head`: an earlier last entry, noted elsewhere. */
  readonly where: 'table' | 'object' | 'facts' | 'head';
  readonly what: 'missing' | 'changed' | 'out of place' | 'not expected';
  /** The key of the object, the sort key of the row, or the earlier head. */
  readonly place: string;
}

export interface VerifiedEntry {
  readonly sequence: number;
  /** Identifies its fact. */
  readonly fact: string;
  readonly hash: string;
  readonly line: string;
}

export type BatchVerdict =
  | { readonly head: Head; readonly entries: readonly VerifiedEntry[] }
  | { readonly problem: AuditProblem };

/** Lines of an object that are not empty: the same number of rows belongs to it. */
export function entriesIn({ text = '' }: AuditObject): number {
  return linesOf(text).filter((line) => line !== '').length;
}

/**
 * The batch that should follow `head`: its object, and the next rows of the table, as many as the object
 * has entries.
 */
export function verifyBatch(
  chain: string,
  head: Head,
  object: AuditObject,
  rows: readonly AuditRow[],
): BatchVerdict {
  const first = firstOf(chain, object.key);
  const expected = head.sequence + 1;
  if (first !== expected) return { problem: misnamed(expected, first, object.key) };
  if (object.gone) return { problem: inObject(object, expected, 'missing') };
  const { entries, last, problem } = verifyObject(head, object);
  for (const [position, entry] of entries.entries()) {
    const wrong = verifyRow(entry, rows[position]);
    if (wrong !== undefined) return { problem: wrong };
  }
  return problem === undefined ? { head: last, entries } : { problem };
}

/** Rows of the table beyond the last object. */
export function verifyRest({ sequence }: Head, chain: string, row: AuditRow): AuditProblem {
  const entry = readEntry(row.line);
  const expected = sequence + 1;
  const follows = row.sortKey === sortKeyOf(expected) && entry?.sequence === expected;
  if (follows) return { sequence: expected, where: 'object', what: 'missing', place: `${chain}/` };
  return { sequence: expected, where: 'table', what: 'not expected', place: row.sortKey };
}

/**
 * Whether an earlier head, as a verification named it, is still in the log. If not, the end of the log is
 * lost.
 */
export function verifyEarlier(
  entries: readonly Pick<VerifiedEntry, 'sequence' | 'hash'>[],
  { sequence, hash }: Head,
): AuditProblem | undefined {
  const entry = entries.find((one) => one.sequence === sequence);
  if (entry?.hash === hash) return undefined;
  const what = entry === undefined ? 'missing' : 'changed';
  return { sequence, where: 'head', what, place: hash };
}

interface VerifiedObject {
  /** The entries before the first wrong one, and the log's head after them. */
  readonly entries: readonly VerifiedEntry[];
  readonly last: Head;
  readonly problem?: AuditProblem;
}

function verifyObject(head: Head, object: AuditObject): VerifiedObject {
  const lines = linesOf(object.text ?? 'not UTF-8');
  const entries: VerifiedEntry[] = [];
  let last = head;
  let lastOfBatch: number | undefined;
  const wrong = (what: AuditProblem['what']): VerifiedObject => {
    const problem = inObject(object, last.sequence + 1, what);
    return { entries, last, problem };
  };
  for (const line of lines.slice(0, -1)) {
    const entry = readEntry(line);
    if (entry === undefined) return wrong('changed');
    const { sequence, hash } = entry;
    if (sequence > last.sequence + 1 && !holds(lines, last.sequence + 1)) return wrong('missing');
    const follows = sequence === last.sequence + 1 && entry.previous === last.hash;
    if (!follows || !inBatch(entry, head)) return wrong('out of place');
    entries.push({ sequence, fact: factKeyOf(entry), hash, line });
    lastOfBatch = entry.batchLast;
    last = headAt(entry);
  }
  // Text after the last line's end was not written by us, or it is a line whose end is missing.
  if (lines.at(-1) !== '') return wrong('changed');
  return lastOfBatch === last.sequence ? { entries, last } : wrong('missing');
}

const holds = (lines: readonly string[], sequence: number) =>
  lines.some((line) => readEntry(line)?.sequence === sequence);

const inBatch = ({ sequence, batchFirst, batchLast }: AuditEntry, { sequence: before }: Head) =>
  batchFirst === before + 1 && sequence <= batchLast;

/** `entry` is right; checks its row. */
function verifyRow(
  { sequence, line }: VerifiedEntry,
  row: AuditRow | undefined,
): AuditProblem | undefined {
  const sortKey = sortKeyOf(sequence);
  const problem = (what: AuditProblem['what'], place = sortKey): AuditProblem => ({
    sequence,
    where: 'table',
    what,
    place,
  });
  if (row === undefined || row.sortKey > sortKey) return problem('missing');
  if (row.sortKey < sortKey) return problem('not expected', row.sortKey);
  if (row.line === line) return undefined;
  const other = readEntry(row.line);
  const moved = other !== undefined && other.sequence !== sequence;
  return problem(moved ? 'out of place' : 'changed');
}

function misnamed(expected: number, first: number | undefined, key: string): AuditProblem {
  const what = first !== undefined && first > expected ? 'missing' : 'not expected';
  return { sequence: expected, where: 'object', what, place: key };
}

function inObject(
  { key }: AuditObject,
  sequence: number,
  what: AuditProblem['what'],
): AuditProblem {
  return { sequence, where: 'object', what, place: key };
}
