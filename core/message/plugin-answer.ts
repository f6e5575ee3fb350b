/**
 * Reads a plugin's standard output, and decides what of it is trusted.
 *
 * A plugin prints an OperationOutcome, or nothing if it has nothing to say. It is application code that saw
 * a patient, so nothing is trusted (R08): a code must be one of FHIR's or the answer cannot be read; an
 * expression is followed into the resource, and published only as far as the resource really has it
 * (`Patient.identifier[1].Silva` becomes `Patient.identifier[1]`), so it never carries a value. The text
 * may quote one and goes to Quarantine only, cut.
 *
 * An answer that cannot be read is a crash of the plugin: guessing what it meant would let a broken rule
 * pass resources.
 */
import type { Issue } from '../../packages/fhir-validator/issue.ts';

const TEXT_CHARACTERS_MAX = 500;

/** http://hl7.org/fhir/R4/valueset-issue-type.html */
const ISSUE_CODES = new Set(
  `invalid structure required value invariant security login unknown expired forbidden suppressed
   processing not-supported duplicate multiple-matches not-found deleted too-long code-invalid
   extension too-costly business-rule conflict transient lock-error no-store exception timeout
   incomplete throttled informational`.split(/\s+/),
);

const SEVERITIES: ReadonlyMap<unknown, Issue['severity']> = new Map([
  ['fatal', 'error'],
  ['error', 'error'],
  ['warning', 'warning'],
  ['information', 'information'],
]);

export type PluginAnswer =
  | { readonly kind: 'issues'; readonly issues: Issue[] }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** The issues that a plugin printed about a resource, at most `issuesMax`, errors kept first. */
export function readPluginAnswer(
  plugin: string,
  output: string,
  resource: unknown,
  issuesMax: number,
): PluginAnswer {
  if (output.trim() === '') return { kind: 'issues', issues: [] };
  const outcome = parse(output);
  if (!isObject(outcome) || outcome['resourceType'] !== 'OperationOutcome') {
    return { kind: 'unreadable', reason: 'its output is no OperationOutcome' };
  }
  const { issue: said } = outcome;
  if (!Array.isArray(said))
    return { kind: 'unreadable', reason: 'its OperationOutcome has no issue' };
  const issues: Issue[] = [];
  for (const one of said as unknown[]) {
    const issue = isObject(one) ? readIssue(plugin, one, resource) : undefined;
    if (issue === undefined) {
      return { kind: 'unreadable', reason: 'an issue has no severity or code that FHIR knows' };
    }
    issues.push(issue);
  }
  const errorsFirst = issues.toSorted((a, b) => Number(isError(b)) - Number(isError(a)));
  return { kind: 'issues', issues: errorsFirst.slice(0, issuesMax) };
}

function readIssue(
  plugin: string,
  said: Record<string, unknown>,
  resource: unknown,
): Issue | undefined {
  const { severity: severitySaid, code, diagnostics, details, expression } = said;
  const severity = SEVERITIES.get(severitySaid);
  if (severity === undefined || typeof code !== 'string' || !ISSUE_CODES.has(code))
    return undefined;
  const text =
    [diagnostics, isObject(details) ? details['text'] : undefined].find(isString) ?? code;
  const [place]: unknown[] = Array.isArray(expression) ? expression : [];
  const known = isString(place) ? knownPart(place, resource) : undefined;
  return {
    severity,
    code,
    text: text.slice(0, TEXT_CHARACTERS_MAX).toWellFormed(),
    ...(known && { expression: known }),
    plugin,
  };
}

/** The part of an indexed path that exists in the resource; undefined if none does. */
function knownPart(expression: string, resource: unknown): string | undefined {
  const [root = '', ...steps] = expression.split('.');
  if (!isObject(resource) || resource['resourceType'] !== root) return undefined;
  let at: unknown = resource;
  let known = root;
  for (const step of steps) {
    const [, name = '', index] = /^([A-Za-z0-9]+)(?:\[(\d{1,9})\])?$/.exec(step) ?? [];
    if (!isObject(at) || !Object.hasOwn(at, name)) break;
    const member: unknown = at[name];
    const item = index === undefined ? member : elementOf(member, Number(index));
    if (item === undefined) break;
    known += `.${step}`;
    at = item;
  }
  return known;
}

function elementOf(member: unknown, index: number): unknown {
  return Array.isArray(member) ? member[index] : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isString = (value: unknown): value is string => typeof value === 'string' && value !== '';

const isError = (issue: Issue): boolean => issue.severity === 'error';
