/**
 * Are facts known again by what the log holds, and by nothing else (R40)?
 *
 * The writer leaves out a fact that it knows already, by a row that names the fact's kind and keyed
 * hash, and its entry. So a forged row is as bad as a deleted entry: a true fact that comes after it would be
 * left out. And a row that was taken away lets a fact come twice. Rows and entries must therefore
 * name each other, one for one.
 *
 * A row is written after the object of its entry, so an entry beyond the log's end that a row still
 * names was forged, or was taken out of table and objects alike.
 */
import type { AuditProblem, VerifiedEntry } from './audit-verification.ts';

/** The row by which a fact is known. */
export interface FactRow {
  /** Its kind and the keyed hash of its id. */
  readonly fact: string;
  readonly sequence: number;
}

/**
 * `entries` are those of the log, in order, at least as many as there were when the rows were read;
 * those after `last` may have come since, so their rows may be absent. The problem of the first entry.
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
