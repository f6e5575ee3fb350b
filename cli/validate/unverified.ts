/**
 * Codes that no package here decides: their value set belongs to a terminology that no package holds. They
 * make nothing invalid, and must not look as if they had been checked.
 */
import type { Finding, LocatedIssue } from './findings.ts';

const LEFT_OUT = 'fhir-r4/binding-not-verified';

export function isUnverified({ undecided, rule }: LocatedIssue): boolean {
  return undecided !== undefined || rule === LEFT_OUT;
}

/** Names the value set; the question itself is for a terminology server. */
export function explained({ undecided, ...issue }: LocatedIssue): LocatedIssue {
  if (undecided === undefined) return issue;
  return { ...issue, text: `${issue.text}: no package has all of ${undecided.valueSet}` };
}

export function countUnverified({ issues }: Finding): number {
  return issues.filter(isUnverified).length;
}

export function saidOfUnverified(count: number): string {
  const [codes, them] = count === 1 ? ['1 code', 'it'] : [`${count} codes`, 'them'];
  return (
    `${codes} not verified: no package decides ${them}. --warnings shows where; ` +
    'in the pipeline, set terminology.endpoint to ask a server'
  );
}
