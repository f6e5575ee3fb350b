import { describe, expect, test } from 'vitest';
import { type AuditFact, auditFactSchema } from '../../core/audit-fact.ts';
import { configurationFact, FACT_BYTES_MAX, recordedFact } from '../../core/audit-record.ts';

const hash = (text: string) => `<${text.slice(0, 40)}>`;
const message = (body: string) => ({ messageId: 'm-1', body, sentAt: 9 });

const FACT: AuditFact = {
  id: 'redrive/1',
  kind: 'redrive',
  at: 3,
  component: 'cli',
  actor: 'ada',
  reason: 'fixed',
  details: { entries: 4 },
};

test('R08: a fact is kept as it is, but for its id, of which there is a keyed hash', () => {
  const { id, ...rest } = FACT;
  expect(recordedFact(message(JSON.stringify(FACT)), hash)).toEqual({ ...rest, fact: `<${id}>` });
});

describe('R40: what is no fact is recorded as that, with nothing of what it says', () => {
  const many = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`d${i}`, i]));
  test.each([
    ['not JSON', 'Peter Chalmers'],
    ['not a fact', '{"resourceType":"Patient"}'],
    ['not a fact', JSON.stringify({ ...FACT, kind: 'hearsay' })],
    ['not a fact', JSON.stringify({ ...FACT, details: many })],
    ['too large', JSON.stringify({ ...FACT, reason: 'x'.repeat(FACT_BYTES_MAX) })],
  ])('%s', (why, body) => {
    expect(recordedFact(message(body), hash)).toEqual({
      fact: '<message/m-1>',
      kind: 'unreadable',
      at: 9,
      component: 'audit',
      details: { why, bytes: Buffer.byteLength(body), body: hash(body) },
    });
  });
});

test('R40: a deployment is a fact, another one each time it begins to write', () => {
  const deployed = { configuration: 'c1', details: { stage: 'dev' } };
  const first = configurationFact(deployed, 4, 7, hash);
  expect(first).toEqual({
    fact: '<configuration/c1/after/4>',
    kind: 'configuration',
    at: 7,
    component: 'audit',
    details: { stage: 'dev', configuration: 'c1' },
  });
  expect(configurationFact(deployed, 5, 7, hash).fact).not.toBe(first.fact);
});

test('a fact has a name, a kind and bounds', () => {
  expect(auditFactSchema.safeParse(FACT).success).toBe(true);
  for (const wrong of [{ id: '' }, { at: -1 }, { details: { a: true } }, { body: 'x' }]) {
    expect(auditFactSchema.safeParse({ ...FACT, ...wrong }).success).toBe(false);
  }
});
