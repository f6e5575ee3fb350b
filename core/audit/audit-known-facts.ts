/**
 * Checks that the rows of known facts match the entries of the log, one for one (R40).
 *
 * The writer skips a fact that it knows already, by a row that names the fact's kind, keyed hash and entry.
 * So a forged row is as bad as a deleted entry: a later true fact would be skipped. And if a row is
 * removed, a fact can come twice.
 *
 * A row is written after the object of its entry. So if a row names an entry beyond the log's end, either
 * the row was forged, or the entry was removed from both table and objects.
 */
import type { AuditProblem, VerifiedEntry } from './audit-verification.ts';

/** The row that makes a fact known. */
export interface FactRow {
  /** The fact's kind and the keyed hash of its id. */
  readonly fact: string;
  readonly sequence: number;
}

/**
 * Returns the first problem. `entries` are those of the log, in order, at least as many as there were when
 * the rows were read. Entries after `last` may be newer than the rows, so their rows may be absent.
 */
export function verifyFacts(
  entries: readonly Pick<VerifiedEntry, 'sequence' | 'fact'>[],
  rows: readonly FactRow[],
  last: number,
): AuditProblem | undefined {
  const known = new Map(rows.map(({ fact, sequence }) => [fact, sequence]));
  const problems: AuditProblem[] = [];
  const wrong = (what: AuditProblem['what'], { fact: place, sequence }: FactRow) =>
    problems.push({ sequence, where: 'facts', what, place });
  const held = new Set<string>();
  for (const entry of entries) {
    const row = known.get(entry.fact);
    held.add(entry.fact);
    if (row === undefined && entry.sequence <= last) wrong('missing', entry);
    if (row !== undefined && row !== entry.sequence) wrong('changed', entry);
  }
  for (const row of rows) if (!held.has(row.fact)) wrong('not expected', row);
  return problems.sort((a, b) => a.sequence - b.sequence)[0];
}
