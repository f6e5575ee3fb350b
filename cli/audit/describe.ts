/** What a verification found, for people. */
import type { AuditProblem } from '../../core/audit-verification.ts';
import type { Verification } from './verify.ts';

/** Nothing is wrong, and nobody tried. */
export const isWhole = ({ problem, touched }: Verification): boolean =>
  problem === undefined && touched.length === 0;

export function describeVerification(verification: Verification): string {
  const { head, objects, problem, touched } = verification;
  const right = `${head.sequence} entries in ${objects} objects`;
  const first =
    problem === undefined
      ? `whole: ${right}, the last one ${head.hash}`
      : `entry ${problem.sequence} ${inWords(problem)} (${problem.place}); before it ${right} are right`;
  const others = touched.map(
    (key) => `object ${key} was written again or deleted later: its first version is what counts`,
  );
  return [first, ...others].join('\n');
}

function inWords({ what, where }: AuditProblem): string {
  switch (what) {
    case 'missing':
      return `is missing in the ${where}`;
    case 'changed':
      return `was changed in the ${where}`;
    case 'out of place':
      return `is not what lies in its place in the ${where}`;
    case 'not expected':
      return `has something before it in the ${where} that was never written`;
  }
}
