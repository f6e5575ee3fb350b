/** Formats a finding for a person: the resource, and below it each issue. */

import { printable } from '../../terminal/printable.ts';
import { place } from '../input/entry.ts';
import type { Finding, LocatedIssue } from './findings.ts';

/**
 * `b.json:12: entry[1] Observation/b2`, then for each issue a line with its rule, where it is, and a line
 * with what was found and expected.
 */
export function readable(finding: Finding): string {
  const lines = finding.issues.flatMap((issue) => issueLines(issue, finding));
  return `${[headOf(finding), ...lines].map(printable).join('\n')}\n`;
}

function headOf(finding: Finding): string {
  const { at, resourceType, id } = finding;
  const entry = at === undefined ? [] : [at.replace(/^Bundle\.|\.resource$/g, '')];
  const resource = resourceType === undefined ? [] : [id ? `${resourceType}/${id}` : resourceType];
  return [`${place(finding)}:`, ...entry, ...resource].join(' ');
}

function issueLines(issue: LocatedIssue, { at, resourceType, line }: Finding): string[] {
  const { severity, rule = 'no rule', expression, guide, text } = issue;
  const isElsewhere = issue.line !== undefined && issue.line !== line;
  const where = [
    ...(expression === undefined ? [] : [withinEntry(expression, at, resourceType)]),
    ...(isElsewhere ? [`line ${issue.line}`] : []),
    ...(guide === undefined ? [] : [guide]),
  ];
  return [`  ${severity}  ${[rule, ...where].join('  ')}`, `    ${text}`];
}

/** For an entry its own path, as the heading says which entry it is. */
function withinEntry(expression: string, at: string | undefined, resourceType = 'Resource') {
  return at !== undefined && expression.startsWith(at)
    ? resourceType + expression.slice(at.length)
    : expression;
}
