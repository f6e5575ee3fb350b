import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Seen } from '../../../simulation/checker.ts';
import { ReceiptsChecker } from '../../../simulation/checks/receipts-checker.ts';
import type { Effect } from '../../../simulation/effects.ts';
import { message, queueNamed } from './history.ts';

const KEY = 'a secret';
const Variables = { REPORTS_BUCKET: 'reports', HASH_KEY_ARN: 'arn' };
const seen = {
  plan: { functions: [{ name: 'stack-reporting', properties: { Environment: { Variables } } }] },
  services: { secrets: new Map([['arn', KEY]]) },
} as unknown as Seen;

const ended = (messageId: string, verdict = 'stored'): Effect => ({
  kind: 'arrived',
  queue: queueNamed('reporting'),
  message: message({
    body: JSON.stringify({ messageId, verdict, source: 'clinic', lane: 'critical' }),
  }),
});

const hashOf = (id: string) => createHmac('sha256', KEY).update(id).digest('hex').slice(0, 32);
const factOf = (id: string, verdict = 'stored', source = 'clinic') => ({
  ...{ kind: 'outcome', message: hashOf(id), verdict, source, lane: 'critical' },
  ...{ endedAt: 0, issues: 0 },
});

const kept = (name: string, ...facts: object[]): Effect => {
  const bytes = gzipSync(facts.map((fact) => `${JSON.stringify(fact)}\n`).join(''));
  const key = `facts/day=2026-01-01/${name}.ndjson.gz`;
  return { kind: 'put', bucket: 'reports', version: { key, id: 'v', at: 0, bytes } };
};

let checker: ReceiptsChecker;
beforeEach(() => {
  checker = new ReceiptsChecker(seen);
});
const see = (...effects: Effect[]) => {
  for (const effect of effects) checker.see(effect);
};

describe('R63: how many ended how', () => {
  test('each ending is kept, however often it comes', () => {
    see(ended('m1'), ended('m1'), ended('m2', 'rejected'));
    expect(checker.unfinished()).toBe('that m1 was stored is not kept for reports');
    see(kept('a', factOf('m1')), kept('a', factOf('m1')));
    see(kept('b', factOf('m1'), factOf('m2', 'rejected')));
    expect(checker.unfinished()).toBeUndefined();
    checker.end();
  });

  test('one that is redriven ends twice', () => {
    see(ended('m1', 'dead-lettered'), kept('a', factOf('m1', 'dead-lettered')), ended('m1'));
    expect(checker.unfinished()).toBe('that m1 was stored is not kept for reports');
    see(kept('b', factOf('m1')));
    checker.end();
  });

  test('what nobody said is not kept', () => {
    see(ended('m1'));
    expect(() => see(kept('a', factOf('m1', 'rejected')))).toThrow('R63: a fact says that');
  });

  test('a count for another source is wrong', () => {
    see(ended('m1'), kept('a', factOf('m1', 'stored', 'hospital')));
    expect(() => checker.end()).toThrow(
      'R63: reports count 1 messages as hospital critical stored',
    );
  });
});
