import { describe, expect, test } from 'vitest';
import { type Origin, outcomeEventSchema } from '../../../core/message/messages.ts';
import { outcomeEvent } from '../../../core/message/outcome-event.ts';
import type { Issue } from '../../../packages/fhir-validator/issue.ts';

const origin: Origin = {
  messageId: 'm-1',
  sentAt: 1,
  source: 'clinic',
  file: '/home/jane/john-doe.json',
  line: 7,
  sequence: 3,
  correlationId: '0b5ae8a1-2c1b-4f5e-9a39-0f4f6f3c9d11',
};
const issue = (code: string, expression?: string): Issue => ({
  severity: 'error',
  code,
  text: 'The value "John Doe" is not allowed',
  ...(expression !== undefined && { expression }),
});
const told = (...issues: Issue[]) =>
  outcomeEvent(origin, 'critical', {
    verdict: 'rejected',
    issues,
    fingerprint: 'f-1',
    endedAt: 9,
  });

describe('R08: the event for a producer', () => {
  test('says how and why a message ended, where it came from, and no value', () => {
    const event = told(issue('code-invalid', 'Patient.gender'), issue('invalid'));
    expect(event).toEqual({
      verdict: 'rejected',
      messageId: 'm-1',
      source: 'clinic',
      lane: 'critical',
      line: 7,
      sequence: 3,
      correlationId: '0b5ae8a1-2c1b-4f5e-9a39-0f4f6f3c9d11',
      sentAt: 1,
      endedAt: 9,
      fingerprint: 'f-1',
      issues: [
        { severity: 'error', code: 'code-invalid', expression: 'Patient.gender' },
        { severity: 'error', code: 'invalid' },
      ],
      issuesTotal: 2,
    });
    expect(outcomeEventSchema.parse(event)).toEqual(event);
    expect(JSON.stringify(event)).not.toMatch(/doe/i);
  });

  test.each([
    ['Patient.name[0].JohnDoe', 'Patient.name[0]'],
    ['Patient.johndoe', 'Patient'],
    ['Patient.name[0].John.Doe was here', 'Patient.name[0]'],
    ['Patient', 'Patient'],
  ])('names an unknown property by its parent: %s', (expression, parent) => {
    expect(told(issue('structure', expression)).issues).toMatchObject([{ expression: parent }]);
  });

  test.each([
    ['fhir-r4/unknown-property', 'Patient.johndoe', 'Patient'],
    ['fhir-r4/duplicate-property', 'Patient.john.doe', 'Patient'],
    ['fhir-r4/lone-surrogate', 'Patient.john[0].doe.given', 'Patient'],
    ['fhir-r4/json-shape', 'Patient.name', 'Patient.name'],
    ['profile/max', 'Patient.name[1]', 'Patient.name[1]'],
  ])('for %s at %s has the place %s, and the rule', (rule, expression, place) => {
    const [found] = told({ ...issue('structure', expression), rule }).issues;
    expect(found).toMatchObject({ expression: place, rule });
  });

  test('has the time of the redrive, if there was one', () => {
    const outcome = { verdict: 'stored', endedAt: 9 } as const;
    const sentBack = outcomeEvent({ ...origin, redrivenAt: 5 }, 'critical', outcome);
    expect(sentBack).toMatchObject({ sentAt: 1, redrivenAt: 5, endedAt: 9 });
  });

  test('for a dead letter says what crashed, and has no issues', () => {
    const { messageId, source } = origin;
    const event = outcomeEvent({ messageId, source, sentAt: 1 }, 'background', {
      verdict: 'dead-lettered',
      crash: 'out-of-memory',
      endedAt: 2,
    });
    expect(event).toEqual({
      verdict: 'dead-lettered',
      messageId,
      source,
      lane: 'background',
      sentAt: 1,
      endedAt: 2,
      crash: 'out-of-memory',
      issues: [],
      issuesTotal: 0,
    });
  });

  test('ten of them fit into one batch of the topic, whatever was wrong', () => {
    const longest = issue('invalid', `Patient.${'x'.repeat(1_000)}`);
    const event = told(...Array.from({ length: 100 }, () => longest));
    expect(event.issuesTotal).toBe(100);
    expect(event.issues).toHaveLength(20);
    expect(10 * Buffer.byteLength(JSON.stringify(event))).toBeLessThan(256 * 1024);
  });
});
