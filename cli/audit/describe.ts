/** What a verification found, for people. */
import { type Head, headText } from '../../core/audit/audit-chain.ts';
import type { AuditProblem } from '../../core/audit/audit-verification.ts';
import { printable } from '../../terminal/printable.ts';
import { howMany } from '../how-many.ts';
import type { Verification } from './verify.ts';

/** Nothing is wrong, and nothing was tampered with. */
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
    (key) => `object ${key} was written again or deleted later: its first version is what counts`,
  );
  return [first, ...others].map(printable).join('\n');
}

/** Facts and noted heads are checked after all else was found right. */
const besides = ({ where }: AuditProblem) =>
  where === 'facts' || where === 'head' ? 'apart from that' : 'before it';

function inWords(problem: AuditProblem, { sequence: last }: Head): string {
  const { where, sequence } = problem;
  if (where === 'facts') return factInWords(problem, last);
  if (where === 'head') return `the log lost entry ${sequence}, or it is another than it was`;
  return `entry ${sequence} ${entryInWords(problem)} in the ${where}`;
}

function entryInWords({ what }: AuditProblem): string {
  switch (what) {
    case 'missing':
      return 'is missing';
    case 'changed':
      return 'was changed';
    case 'out of place':
      return 'is not what lies in its place';
    case 'not expected':
      return 'has something before it that was never written';
  }
}

/** A row of the table names a fact and its entry. */
function factInWords({ what, sequence }: AuditProblem, last: number): string {
  if (what === 'missing')
    return `the fact of entry ${sequence} is forgotten: told again it would be written twice`;
  if (what === 'changed') return `the fact of entry ${sequence} is known as that of another`;
  const entry = `a fact is known as entry ${sequence}`;
  return sequence > last
    ? `${entry}, and the log ends before: it lost its end, or the fact was forged`
    : `${entry}, which is another's: it was forged, and would not be written`;
}
