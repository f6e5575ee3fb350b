/**
 * Where an issue is, as far as anybody may read it. The path of an unknown property ends in a name that its sender
 * invented, which may be a person's, so only its parent is told (R08).
 */
import type { Issue } from '../../packages/fhir-validator/issue.ts';

/** These issues may be about an unknown property. */
const MAY_END_IN_A_MADE_UP_NAME = new Set([
  'fhir-r4/unknown-property',
  'fhir-r4/duplicate-property',
  'fhir-r4/lone-surrogate',
]);

export function publicExpression({
  code,
  expression,
  rule,
}: Pick<Issue, 'code' | 'expression' | 'rule'>): string | undefined {
  const isMadeUp = rule === undefined ? code === 'structure' : MAY_END_IN_A_MADE_UP_NAME.has(rule);
  return isMadeUp && expression !== undefined ? parentOf(expression) : expression;
}

/** The steps that look like FHIR's own names, without the last. */
function parentOf(expression: string): string {
  const [root = '', ...steps] = expression.split('.');
  const strange = steps.findIndex((step) => !/^[a-z][A-Za-z0-9]*(?:\[\d+\])?$/.test(step));
  const known = strange === -1 ? steps.slice(0, -1) : steps.slice(0, strange);
  return [root, ...known].join('.');
}
