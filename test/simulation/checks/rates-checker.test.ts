import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { RatesChecker } from '../../../simulation/checks/rates-checker.ts';
import type { Effect } from '../../../simulation/effects.ts';
import { HEALTHY } from '../../../simulation/faults.ts';
import type { Submission } from '../../../simulation/submission.ts';
import { hostAt, queueNamed, submission, written } from './history.ts';

const RATE = 2;
const one = hostAt('stack-validate-critical#1');
const of = { functionName: 'stack-validate-critical', requestId: 'r1' };
const ids = ['m1', 'm2', 'm3', 'm4'];
let checker: RatesChecker;
let submissions: Map<string, Submission>;

function checkerWith(ratePerMinute: number): RatesChecker {
  const drawn = { ...HEALTHY, settings: { ...HEALTHY.settings, ratePerMinute } };
  return new RatesChecker({ drawn, submissions });
}

beforeEach(() => {
  const limited = { source: 'clinic', isLimited: true, sentAt: 61_000 } as const;
  submissions = new Map([
    ...ids.map((messageId) => [messageId, submission({ messageId, ...limited })] as const),
    ['other', submission({ messageId: 'other', sentAt: 61_000 })],
  ]);
  checker = checkerWith(RATE);
});

const see = (...effects: Effect[]) => {
  for (const effect of effects) checker.see(effect, one);
};
const invoked = (...messageIds: string[]): Effect => {
  const eventSourceARN = queueNamed('critical').arn;
  const Records = messageIds.map((messageId) => ({ messageId, eventSourceARN }));
  return { kind: 'invoked', ...of, event: { Records } };
};
const counted = (messages: number) => written('rates', {}, { pk: 'clinic#60000', messages });
const rejected = (pk: string, fields: object = {}) =>
  written('quarantine', undefined, {
    ...{ pk, status: 'quarantined', kind: 'rejection', reason: 'security: rate' },
    ...fields,
  });
const ended = (status: 'success' | 'timeout'): Effect =>
  ({ kind: 'ended', ...of, outcome: { status } }) as unknown as Effect;
const TableName = written('rates', {}, {}).table;
const count = new UpdateCommand({ TableName, Key: { pk: 'clinic#60000' } });
const lost: Effect = {
  ...{ kind: 'befell', service: 'dynamodb', command: count },
  ...{ fate: 'lostAnswer', before: undefined },
};

describe('R50: what exceeds the rate of its source', () => {
  test('is refused, all of it', () => {
    see(invoked(...ids), counted(4), rejected('m3'), rejected('m4'), ended('success'));
    expect(() => checker.end()).not.toThrow();
  });

  test('is found where it was accepted', () => {
    see(invoked(...ids), counted(4), rejected('m4'), ended('success'));
    expect(() => checker.end()).toThrow(
      'R50: 1 of clinic#60000 were refused, and 2 exceeded the rate',
    );
  });

  test.each<[string, Effect[]]>([
    ['a count had no answer', [lost]],
    ['the table was too hot', [{ kind: 'too hot', table: TableName, where: 'table' }]],
    ['a message came again', [invoked('m1')]],
    ['an environment died', [{ kind: 'died' }]],
    ['an invocation ran out of time', [ended('timeout')]],
  ])('may be accepted where %s', (_, effects) => {
    see(invoked(...ids), counted(4), ...effects);
    expect(() => checker.end()).not.toThrow();
  });
});

describe('R50: nothing else is refused', () => {
  test('more than exceeds the rate', () => {
    see(invoked('m1', 'm2', 'm3'), counted(3), rejected('m3'));
    expect(() => see(rejected('m2'))).toThrow('as the 2. of 1 beyond it');
  });

  test('of a source without a rate', () => {
    expect(() => see(invoked('other'), rejected('other'))).toThrow('its source has none');
    checker = checkerWith(0);
    expect(() => see(rejected('other'))).toThrow('its source has none');
  });

  test('what an operator sent back', () => {
    see(invoked(...ids));
    expect(() => see(rejected('m1', { round: 1 }))).toThrow('an operator had sent it back');
  });

  test('R09: for another reason than its own', () => {
    const reason = 'invalid: simulated';
    expect(() => see(rejected('m1', { reason }))).toThrow('R09: #1 (m1, valid, of clinic)');
    submissions.set('m1', submission({ nature: 'invalid', isLimited: true }));
    expect(() => see(rejected('m1', { reason }), rejected('other', { reason }))).not.toThrow();
  });
});
