import { describe, expect, test } from 'vitest';
import { type AuditFact, auditFactSchema } from '../../../core/audit/audit-fact.ts';
import {
  configurationFact,
  FACT_BYTES_MAX,
  recordedFact,
} from '../../../core/audit/audit-intake.ts';
import type { Publishers } from '../../../core/audit/publishers.ts';

const hash = (text: string) => `<${text.slice(0, 40)}>`;
const OPERATOR = 'AIDAOPERATOR';
const publishers: Publishers = {
  senderIds: 'verify',
  known: [
    { id: OPERATOR, as: 'operator', kinds: ['redrive', 'configuration'] },
    { id: 'AROAINCIDENT', as: 'incident', kinds: ['incident-resolved'] },
  ],
};
const message = (body: string, senderId = OPERATOR, sentAt = 9) => ({
  messageId: 'm-1',
  body,
  sentAt,
  senderId,
});
const TOLD = { teller: OPERATOR, toldAs: 'operator' };

const FACT: AuditFact = {
  id: 'redrive/1',
  kind: 'redrive',
  at: 3,
  component: 'cli',
  actor: 'ada',
  reason: 'fixed',
  details: { entries: 4 },
};

test('R08: a fact is recorded unchanged, except for its id, which becomes a keyed hash', () => {
  const { id, ...rest } = FACT;
  expect(recordedFact(message(JSON.stringify(FACT)), publishers, hash)).toEqual({
    ...rest,
    ...TOLD,
    fact: `<${id}>`,
  });
});

describe('R40: a message that is not a fact is recorded as such, without its content', () => {
  const many = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`d${i}`, i]));
  test.each([
    ['not JSON', 'Peter Chalmers'],
    ['not a fact', '{"resourceType":"Patient"}'],
    ['not a fact', JSON.stringify({ ...FACT, kind: 'hearsay' })],
    ['not a fact', JSON.stringify({ ...FACT, details: many })],
    ['too large', JSON.stringify({ ...FACT, reason: 'x'.repeat(FACT_BYTES_MAX) })],
  ])('%s', (why, body) => {
    expect(recordedFact(message(body), publishers, hash)).toEqual({
      ...TOLD,
      fact: '<message/m-1>',
      kind: 'unreadable',
      at: 9,
      component: 'audit',
      details: { why, bytes: Buffer.byteLength(body), body: hash(body) },
    });
  });
});

describe('R40: a fact that its publisher may not publish is recorded as refused, and uses up no id', () => {
  const text = JSON.stringify(FACT);
  const configuration = JSON.stringify({ ...FACT, kind: 'configuration' });
  test.each([
    ['a stranger', 'AROASTRANGER:operator', text, { teller: 'AROASTRANGER' }, 'redrive'],
    [
      'a role of ours',
      'AROAINCIDENT:x',
      text,
      { teller: 'AROAINCIDENT', toldAs: 'incident' },
      'redrive',
    ],
    [
      'a stranger with no fact at all',
      '111122223333',
      'x',
      { teller: '111122223333' },
      'unreadable',
    ],
    // Even if somebody configured it so.
    ['anyone who reports a deployment', OPERATOR, configuration, TOLD, 'configuration'],
  ])('%s', (_, senderId, body, told, claimed) => {
    const at = 61_000;
    expect(recordedFact(message(body, senderId, at), publishers, hash)).toEqual({
      ...told,
      fact: hash(`refused/${told.teller}/${claimed}/1`),
      kind: 'refused',
      at,
      component: 'audit',
      details: { claimed, bytes: Buffer.byteLength(body), body: hash(body) },
    });
  });

  test('a flood of refused facts is one entry for each publisher, kind and minute', () => {
    const facts = [1, 59_999, 60_000, 119_999].map((at) =>
      recordedFact(message(`${at}`, 'AROASTRANGER:x', at), publishers, hash),
    );
    expect(new Set(facts.map(({ fact }) => fact)).size).toBe(2);
  });
});

test('with one sender for all, as on an emulator, everything but a deployment is accepted', () => {
  const all: Publishers = { senderIds: 'fixed', known: [] };
  expect(recordedFact(message(JSON.stringify(FACT), 'x'), all, hash)).toMatchObject({
    kind: 'redrive',
    teller: 'x',
  });
  expect(recordedFact(message('x'), all, hash)).toMatchObject({ kind: 'unreadable' });
  const configuration = JSON.stringify({ ...FACT, kind: 'configuration' });
  expect(recordedFact(message(configuration), all, hash)).toMatchObject({ kind: 'refused' });
});

test('R40: a deployment is a fact, a new one each time its version starts to write', () => {
  const deployed = { configuration: 'c1', details: { stage: 'dev' } };
  const first = configurationFact(deployed, 4, 7, hash);
  expect(first).toEqual({
    fact: '<configuration/c1/after/4>',
    kind: 'configuration',
    at: 7,
    component: 'audit',
    toldAs: 'audit',
    details: { stage: 'dev', configuration: 'c1' },
  });
  expect(configurationFact(deployed, 5, 7, hash).fact).not.toBe(first.fact);
});

test('a fact has a name, a kind and limited lengths', () => {
  expect(auditFactSchema.safeParse(FACT).success).toBe(true);
  for (const wrong of [{ id: '' }, { at: -1 }, { details: { a: true } }, { body: 'x' }]) {
    expect(auditFactSchema.safeParse({ ...FACT, ...wrong }).success).toBe(false);
  }
});
