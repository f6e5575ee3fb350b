import { expect, test } from 'vitest';
import type { OutcomeEvent } from '../../../core/message/messages.ts';
import { outcomeFact, outcomeFactSchema } from '../../../core/report/outcome-fact.ts';

const MESSAGE = '00000000000000aa';
const event = (fields: Partial<OutcomeEvent> = {}): OutcomeEvent => ({
  verdict: 'rejected',
  messageId: 'm-1',
  source: 'clinic',
  lane: 'critical',
  line: 7,
  sentAt: 1_000,
  endedAt: 1_250,
  fingerprint: 'f-1',
  issues: [
    { severity: 'warning', code: 'invalid', expression: 'Patient' },
    { severity: 'error', code: 'code-invalid', expression: 'Patient.name[0].use' },
  ],
  issuesTotal: 2,
  ...fields,
});

test('R08: a fact says how, why and how long, and nothing about a person', () => {
  const fact = outcomeFact(event(), MESSAGE, 9_999);
  expect(fact).toEqual({
    kind: 'outcome',
    message: MESSAGE,
    verdict: 'rejected',
    source: 'clinic',
    lane: 'critical',
    endedAt: 1_250,
    latencyMs: 250,
    fingerprint: 'f-1',
    why: 'code-invalid at Patient.name.use',
    issues: 2,
  });
  expect(outcomeFactSchema.parse(fact)).toEqual(fact);
  expect(JSON.stringify(fact)).not.toContain('m-1');
});

test.each([
  [{ verdict: 'dead-lettered', crash: 'timeout', issues: [] }, 'crashed: timeout'],
  [{ issues: [{ severity: 'error', code: 'structure' }] }, 'structure'],
  [
    {
      issues: [
        { severity: 'error', code: 'structure', expression: 'Patient', rule: 'fhir-r4/empty' },
      ],
    },
    'structure at Patient: fhir-r4/empty',
  ],
  [
    { issues: [{ severity: 'error', code: 'invalid', rule: 'fhir-r4/base64' }] },
    'not JSON: base64',
  ],
  [{ issues: [] }, undefined],
  [{ verdict: 'stored' }, undefined],
] as const)('the reason for %j is %s', (fields, why) => {
  expect(outcomeFact(event(fields as Partial<OutcomeEvent>), MESSAGE, 0).why).toBe(why);
});

test('an outcome of an older version counts by its time of publication, without a latency', () => {
  const { sentAt: _, endedAt: __, fingerprint: ___, ...older } = event();
  const fact = outcomeFact(older, MESSAGE, 9_999);
  expect(fact.endedAt).toBe(9_999);
  expect(fact).not.toHaveProperty('latencyMs');
  expect(fact).not.toHaveProperty('fingerprint');
});

test('R60: the latency of a redriven message counts from the redrive', () => {
  expect(outcomeFact(event({ redrivenAt: 1_200 }), MESSAGE, 0).latencyMs).toBe(50);
});

test('no latency is below zero, though another clock may be ahead', () => {
  expect(outcomeFact(event({ sentAt: 2_000 }), MESSAGE, 0).latencyMs).toBe(0);
});
