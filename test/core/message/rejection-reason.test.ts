import { expect, test } from 'vitest';
import { rejectionFingerprint } from '../../../core/message/fingerprint.ts';
import { readProvenance } from '../../../core/message/origin.ts';
import { problemRule, reasonOf, senderRule } from '../../../core/message/rejection-reason.ts';
import { SENDER_PROBLEMS, type SenderProblem } from '../../../core/source/sources.ts';
import type { Issue } from '../../../packages/fhir-validator/issue.ts';

const issue = (more: Partial<Issue> = {}): Issue => ({
  severity: 'error',
  code: 'structure',
  text: 'John Doe',
  ...more,
});

test.each([
  [[], 'invalid'],
  [[issue({ severity: 'warning' })], 'invalid'],
  [[issue()], 'structure'],
  [
    [issue({ expression: 'Patient.name[0]', rule: 'fhir-r4/empty' })],
    'structure at Patient.name[0]: fhir-r4/empty',
  ],
  [
    [issue({ expression: 'Patient', rule: 'dom-3' }), issue({ severity: 'warning' }), issue()],
    'structure at Patient: dom-3 and 1 more',
  ],
  [[issue({ plugin: 'cpf' })], 'plugin cpf: structure'],
  [[issue({ rule: 'fhir-r4/blank' })], 'the body is blank'],
  [[issue({ rule: 'guide/unheard-of' })], 'structure: guide/unheard-of'],
  [
    [issue({ code: 'value', expression: `Patient.${'a'.repeat(300)}` })],
    `value at Patient.${'a'.repeat(192)}`,
  ],
] as const)('R07: the reason for %j is %s', (issues, reason) => {
  expect(reasonOf(issues)).toBe(reason);
  expect(reason).not.toContain('Doe');
});

test.each([
  ['Patient.johnDoe', 'Patient'],
  ['Patient.contact[0].John Doe. 1931', 'Patient.contact[0]'],
])('R08: the reason for the unknown property %s names its parent', (expression, parent) => {
  const rule = 'fhir-r4/unknown-property';
  expect(reasonOf([issue({ expression, rule })])).toBe(`structure at ${parent}: ${rule}`);
});

test.each([
  [{ source: '' }, 'unreadable attribute source'],
  [{ line: 'seven' }, 'unreadable attribute line'],
  [{ sequence: '-1', line: '0' }, 'unreadable attribute line, sequence'],
])('R07: attributes that cannot be read are named: %j', (attributes, reason) => {
  const arrival = { messageId: 'm', sentAt: 0, queue: 'first' } as const;
  const { problem = '' } = readProvenance({ ...arrival, attributes });
  const unreadable = issue({ code: 'invalid', text: problem, rule: problemRule(problem) });
  expect(reasonOf([unreadable])).toBe(reason);
});

test('a problem of another form has a rule too', () => {
  expect(problemRule('something of another version')).toBe('message/unreadable');
});

test('each problem of a sender has the same text as in older entries', () => {
  for (const problem of Object.keys(SENDER_PROBLEMS) as SenderProblem[]) {
    const refused = issue({ code: 'security', rule: senderRule(problem) });
    expect(reasonOf([refused])).toBe(`security: ${problem}`);
  }
});

test('R07: different causes at one place have different fingerprints', () => {
  const causes = [
    issue({ expression: 'Patient', rule: 'fhir-r4/empty' }),
    issue({ expression: 'Patient', rule: 'fhir-r4/json-shape' }),
    issue({ expression: 'Patient' }),
    issue({ rule: 'fhir-r4/blank' }),
    issue({ rule: 'fhir-r4/base64' }),
  ].map((cause) => rejectionFingerprint('validate', [cause]));
  expect(new Set(causes).size).toBe(causes.length);
});
