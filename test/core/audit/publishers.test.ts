import { describe, expect, test } from 'vitest';
import {
  mayBeService,
  mayPublish,
  type Publishers,
  publishedBy,
  publishersSchema,
} from '../../../core/audit/publishers.ts';

const TELLERS: Publishers = publishersSchema.parse({
  senderIds: 'verify',
  known: [
    { id: 'AROAINCIDENT', as: 'incident', kinds: ['page', 'incident-opened'] },
    { id: 'AROAVALIDATE', as: 'validate-critical', kinds: ['sender-refused'] },
    { id: 'AROAVALIDATE', as: 'validate-critical', kinds: ['breaker-transition'] },
    { id: '111122223333', as: 'operator', kinds: ['redrive'] },
    { id: 'AIDAOPERATOR', as: 'operator', kinds: ['redrive'] },
  ],
});
const FIXED: Publishers = { senderIds: 'fixed', known: [] };

describe('R40: each role may publish its own kinds', () => {
  test.each([
    ['AROAINCIDENT:fhir-failsafe-dev-incident', 'page', true],
    ['AROAINCIDENT:whatever', 'incident-opened', true],
    ['AROAINCIDENT', 'page', true],
    ['AROAINCIDENT:x', 'redrive', false],
    ['AROAVALIDATE:x', 'sender-refused', true],
    ['AROAVALIDATE:x', 'breaker-transition', true],
    ['AROAVALIDATE:x', 'page', false],
    // The caller of a role chooses the session.
    ['AROASTRANGER:AROAINCIDENT', 'page', false],
    ['AROASTRANGER:fhir-failsafe-dev-incident', 'page', false],
    ['AROAINCIDENTS:x', 'page', false],
    ['AROAINCIDEN:T', 'page', false],
    ['aroaincident:x', 'page', false],
    ['', 'page', false],
    [':AROAINCIDENT', 'page', false],
    ['111122223333', 'redrive', true],
    ['111122223334', 'redrive', false],
    ['AIDAOPERATOR', 'redrive', true],
    ['AIDAOPERATOR', 'page', false],
  ])('%s, %s: %s', (senderId, kind, may) => {
    expect(mayPublish(TELLERS, senderId, kind)).toBe(may);
  });

  test('with one sender for all, as on an emulator, nobody is refused', () => {
    expect(mayPublish(FIXED, '000000000000', 'page')).toBe(true);
    expect(mayBeService(FIXED, '000000000000')).toBe(true);
  });
});

test.each([
  ['AROAINCIDENT:x', { teller: 'AROAINCIDENT', toldAs: 'incident' }],
  ['AROASTRANGER:incident', { teller: 'AROASTRANGER' }],
])('R40: for %s the recorded principal is the one that SQS proves', (senderId, told) => {
  expect(publishedBy(TELLERS, senderId)).toEqual(told);
});

test.each([
  ['AIDAIENQZJOLO23YVJ4VO', true],
  // A role has a session, an account is a number, and an operator is known.
  ['AROASTRANGER:x', false],
  ['AIDASTRANGER:x', false],
  ['111122223334', false],
  ['AIDAOPERATOR', false],
  ['', false],
])('R40: whether %s may be a topic: %s', (senderId, may) => {
  expect(mayBeService(TELLERS, senderId)).toBe(may);
});
