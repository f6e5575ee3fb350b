/**
 * Where an issue is, as far as anybody may read it. A name that its sender invented may be a person's (R08). The path
 * of an unknown property may end in one, so only its parent is told. What only the text shows may be inside of an
 * unknown property, at any depth, so only the type of the resource is told.
 */
import type { Issue } from '../../packages/fhir-validator/issue.ts';

type Place = Pick<Issue, 'code' | 'expression' | 'rule'>;

/** Found by a walk over the text, which knows no definitions. */
const FOUND_IN_TEXT = new Set(['fhir-r4/duplicate-property', 'fhir-r4/lone-surrogate']);

export function publicExpression({ code, expression, rule }: Place): string | undefined {
  if (expression === undefined) return undefined;
  if (isFoundInText(rule)) return expression.split('.')[0];
  const isMadeUp = rule === undefined ? code === 'structure' : rule === 'fhir-r4/unknown-property';
  return isMadeUp ? parentOf(expression) : expression;
}

/** Whether any step of its expression may be a name that its sender invented. */
export function isFoundInText(rule: string | undefined): boolean {
  return rule !== undefined && FOUND_IN_TEXT.has(rule);
}

/** The steps that look like FHIR's own names, without the last. */
function parentOf(expression: string): string {
  const [root = '', ...steps] = expression.split('.');
  const strange = steps.findIndex((step) => !/^[a-z][A-Za-z0-9]*(?:\[\d+\])?$/.test(step));
  const known = strange === -1 ? steps.slice(0, -1) : steps.slice(0, strange);
  return [root, ...known].join('.');
}
