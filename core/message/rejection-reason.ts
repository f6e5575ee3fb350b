/**
 * Why a message was rejected, in words that are the same for equal causes and free of values (R08).
 *
 * An issue that has no place in a resource (a blank body, base64, a claim check that cannot be read) is
 * named by its rule alone. One in a resource is named by its code, its place and its rule: two rules may be
 * broken at one place.
 */

import type { Issue } from '../../packages/fhir-validator/issue.ts';
import type { SenderProblem } from '../source/sources.ts';
import { publicExpression } from './public-expression.ts';

/** An issue without its text. */
export interface CodedCause extends Pick<Issue, 'code' | 'plugin'> {
  readonly rule?: string | undefined;
  readonly expression?: string | undefined;
}

const WHOLE_BODY: Readonly<Record<string, string>> = {
  'fhir-r4/blank': 'the body is blank',
  'fhir-r4/text': 'not JSON: plain text',
  'fhir-r4/json': 'not JSON: broken or cut off',
  'fhir-r4/byte-order-mark': 'not JSON: begins with a byte order mark',
  'fhir-r4/several-documents': 'not JSON: more than one document, or something behind it',
  'fhir-r4/base64': 'not JSON: base64',
  'fhir-r4/xml': 'not JSON: XML',
  'fhir-r4/json-shape': 'not a resource: JSON, but no object',
  'message/erased': 'names a patient who was erased after it was submitted',
  'limits/memory': 'more memory needed than the validator has',
  'claim-check/shape': 'claim check: not {"s3":{"bucket","key"}}',
  'claim-check/bucket': 'claim check: another bucket',
  'claim-check/prefix': "claim check: key outside its source's folder",
  'claim-check/key': 'claim check: key that S3 does not take',
  'claim-check/version': 'claim check: version that S3 does not give',
  'claim-check/another-claim-check': 'claim check: points to a claim check',
  'claim-check/too-large': 'claim check: object too large',
  'claim-check/not-utf8': 'claim check: object is not UTF-8',
  'claim-check/missing': 'claim check: no such object',
  'claim-check/replaced': 'claim check: object replaced after its resource was stored',
  'claim-check/forbidden': 'claim check: S3 denies access to the object',
  'claim-check/archived': 'claim check: object is archived',
  'claim-check/encrypted': "claim check: object encrypted with its sender's key",
  'claim-check/unreadable': 'claim check: S3 does not hand out the object',
};

const ATTRIBUTES = 'message/attributes-';
const SENDER = 'sender/';

/** The rule of a message whose attributes cannot be read, as `core/message/origin.ts` names it. */
export function problemRule(problem: string): string {
  const [, fields = ''] = /^message attributes: unreadable \(([A-Za-z, ]+)\)$/.exec(problem) ?? [];
  return fields === '' ? 'message/unreadable' : `${ATTRIBUTES}${fields.replaceAll(', ', '-')}`;
}

export function senderRule(problem: SenderProblem): string {
  return `${SENDER}${problem}`;
}

/** Why a resource was rejected: its first error, and how many others there are. */
export function reasonOf(issues: readonly Issue[]): string {
  const errors = issues.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return 'invalid';
  const others = errors.length > 1 ? ` and ${errors.length - 1} more` : '';
  return `${causeOf({ ...first, expression: publicExpression(first) })}${others}`;
}

const EXPRESSION_CHARACTERS_MAX = 200;

/** Describes one cause. */
export function causeOf({ code, rule, expression, plugin }: CodedCause): string {
  const by = plugin === undefined ? '' : `plugin ${plugin}: `;
  if (expression === undefined) return by + (rule === undefined ? code : wholeMessage(code, rule));
  const place = `${code} at ${expression.slice(0, EXPRESSION_CHARACTERS_MAX)}`;
  return `${by}${place}${rule === undefined ? '' : `: ${rule}`}`;
}

function wholeMessage(code: string, rule: string): string {
  if (rule.startsWith(SENDER)) return `${code}: ${rule.slice(SENDER.length)}`;
  if (rule.startsWith(ATTRIBUTES)) {
    return `unreadable attribute ${rule.slice(ATTRIBUTES.length).replaceAll('-', ', ')}`;
  }
  return WHOLE_BODY[rule] ?? `${code}: ${rule}`;
}
