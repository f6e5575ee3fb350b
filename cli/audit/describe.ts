/** What a verification found, for people. */
import { type Head, headText } from '../../core/audit/audit-chain.ts';
import type { AuditProblem } from '../../core/audit/audit-verification.ts';
import { printable } from '../../terminal/printable.ts';
import { howMany } from '../how-many.ts';
import type { Verification } from './verify.ts';

/** The log is intact, and nothing was tampered with. */
export const isWhole = ({ problem, touched }: Verification): boolean =>
  problem === undefined && touched.length === 0;

export function describeVerification(verification: Verification): string {
  const { head, objects, problem, touched } = verification;
  const entries = howMany(head.sequence, 'entry', 'entries');
  const right = `${entries} in ${howMany(objects, 'object')}`;
  const first =
    problem === undefined
      ? `whole: ${right}, head ${headText(head)}`
      : `${inWords(problem, head)} (${problem.place}); ${besides(problem)} ${right} ${head.sequence === 1 ? 'is' : 'are'} right`;
  const others = touched.map(
    (key) => `object ${key} was written again or deleted later: its first version counts`,
  );
  return [first, ...others].map(printable).join('\n');
}

/** Facts and noted heads are checked after everything else. */
const besides = ({ where }: AuditProblem) =>
  where === 'facts' || where === 'head' ? 'apart from that' : 'before it';

function inWords(problem: AuditProblem, { sequence: last }: Head): string {
  const { where, sequence } = problem;
  if (where === 'facts') return factInWords(problem, last);
  if (where === 'head') return `entry ${sequence} is missing from the log, or it was changed`;
  return `entry ${sequence} ${entryInWords(problem)} in the ${where}`;
}

function entryInWords({ what }: AuditProblem): string {
  switch (what) {
    case 'missing':
      return 'is missing';
    case 'changed':
      return 'was changed';
    case 'out of place':
      return 'is not the row in its place';
    case 'not expected':
      return 'has an entry before it that was never written';
  }
}

/** A row of the table names a fact and its entry. */
function factInWords({ what, sequence }: AuditProblem, last: number): string {
  if (what === 'missing')
    return `the row of entry ${sequence}'s fact is missing: if the fact comes again, it would be written twice`;
  if (what === 'changed') return `the row of entry ${sequence}'s fact names another entry`;
  const entry = `a fact is known as entry ${sequence}`;
  return sequence > last
    ? `${entry}, and the log ends before: its end was lost, or the row was forged`
    : `${entry}, which holds another fact: the row was forged, and the true fact would not be written`;
}
