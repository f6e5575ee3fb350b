import { expect, test } from 'vitest';
import { OneEndingChecker } from '../../../simulation/checks/one-ending-checker.ts';
import type { Effect } from '../../../simulation/effects.ts';
import type { Host } from '../../../simulation/host.ts';
import { hostAt, queueNamed, submission, written } from './history.ts';

const one = hostAt('stack-validate-critical#1');
const two = hostAt('stack-validate-critical#2');
const of = { functionName: 'stack-validate-critical', requestId: 'r1' };
const NOW = 100_000;
const record = (messageId: string, envelope?: object, receives = 1, firstReceivedAt = NOW) => ({
  messageId,
  body: '{}',
  eventSourceARN: queueNamed('critical').arn,
  attributes: {
    ApproximateReceiveCount: String(receives),
    ApproximateFirstReceiveTimestamp: String(firstReceivedAt),
  },
  messageAttributes: {
    ...(envelope && { 'failsafe-envelope': { stringValue: JSON.stringify(envelope) } }),
  },
});
const invoked = (...Records: object[]): Effect => ({ kind: 'invoked', ...of, event: { Records } });
const ended: Effect = { kind: 'ended', ...of, outcome: { status: 'success' } as never };
const stored = (messageId = 'm1') => written('resources', undefined, { pk: 'r', messageId });
const entered = (status: string) => written('quarantine', undefined, { pk: 'm1', status });
const again = invoked(record('h1', { messageId: 'm1', lane: 'critical' }));

function check(...effects: (Effect | readonly [Effect, Host])[]): void {
  const submissions = new Map([['m1', submission()]]);
  const checker = new OneEndingChecker({ submissions, scheduler: { now: NOW } });
  for (const effect of effects) {
    if ('kind' in effect) checker.see(effect, one);
    else checker.see(...effect);
  }
}

const BROKEN = 'R04: #1 (m1, valid, of hospital-a) is in Resources and in Quarantine';

test('R04: finds what is stored and quarantined, whichever was first', () => {
  expect(() => check(stored(), entered('quarantined'))).toThrow(BROKEN);
  expect(() => check(entered('quarantined'), stored())).toThrow(BROKEN);
  const inTurn = [invoked(record('m1')), ended, [again, two] as const];
  expect(() => check(...inTurn, stored(), entered('quarantined'))).toThrow(BROKEN);
});

test('accepts an entry that says that it is stored, and a resource that another message brought', () => {
  expect(() => check(entered('in-isolation'), stored(), entered('stored'))).not.toThrow();
  expect(() => check(entered('quarantined'), entered('redriven'), stored())).not.toThrow();
  expect(() => check(stored(), stored('m2'), entered('quarantined'))).not.toThrow();
});

test('R04: finds both after two groups of suspects that ran at the same time', () => {
  const member = { body: '{}', attributes: { 'failsafe-envelope': '{"messageId":"m1"}' } };
  const group = {
    ...record('g1'),
    body: JSON.stringify([member]),
    messageAttributes: { 'failsafe-group': { stringValue: '1' } },
  };
  const both = [stored(), entered('quarantined')];
  expect(() => check(invoked(group), [invoked(group), two], ...both)).toThrow(BROKEN);
  expect(() => check(invoked(record('m1')), [invoked(group), two], ...both)).not.toThrow();
});

test('R04: finds both after two deliveries at the same time, of which the second is known to be one', () => {
  const both = [stored(), entered('quarantined')];
  const soon = invoked(record('m1', undefined, 2, NOW - 15_000));
  expect(() => check(invoked(record('m1')), [soon, two], ...both)).toThrow(BROKEN);
  const late = invoked(record('m1', undefined, 2, NOW - 15_001));
  expect(() => check(invoked(record('m1')), [late, two], ...both)).not.toThrow();
});

test('accepts both after two deliveries at the same time, even in one batch', () => {
  const both = [stored(), entered('quarantined')];
  expect(() => check(invoked(record('m1')), [again, two], ...both)).not.toThrow();
  expect(() => check(invoked(record('m1'), record('m1')), ...both)).not.toThrow();
  const died: Effect = { kind: 'died' };
  expect(() => check(invoked(record('m1')), died, [again, two], ...both)).toThrow(BROKEN);
});

test('accepts both after two deliveries in turn if SQS says that the second is the first, and only then', () => {
  const after = (second: Effect) => [invoked(record('m1')), ended, [second, two]] as const;
  const both = [stored(), entered('quarantined')];
  expect(() => check(...after(invoked(record('m1'))), ...both)).not.toThrow();
  expect(() => check(...after(invoked(record('m1', undefined, 2))), ...both)).toThrow(BROKEN);
  const late = invoked(record('m1', undefined, 1, NOW - 15_001));
  expect(() => check(...after(late), ...both)).toThrow(BROKEN);
});

test('R04: finds that a batch ends what was in isolation when it began', () => {
  const isolated = entered('in-isolation');
  const second = invoked(record('m1', undefined, 2));
  expect(() => check(isolated, second, stored())).toThrow('R04: stack-validate-critical#1 ended');
  expect(() => check(isolated, second, entered('quarantined'))).toThrow('it was in isolation');
  expect(() => check(isolated, second, [entered('quarantined'), two])).not.toThrow();
  expect(() => check(second, isolated, stored())).not.toThrow();
  expect(() => check(isolated, second, ended, stored())).not.toThrow();
  expect(() => check(isolated, entered('stored'), second, stored())).not.toThrow();
  const long = invoked(record('m1', undefined, 1, NOW - 15_001));
  expect(() => check(isolated, long, stored())).toThrow('it was in isolation');
  const first = invoked(record('m1', undefined, 1, NOW - 15_000));
  expect(() => check(isolated, first, stored())).not.toThrow();
  const alone = {
    ...record('h1', { messageId: 'm1' }),
    eventSourceARN: queueNamed('critical-isolation').arn,
  };
  expect(() => check(isolated, invoked(alone), stored())).not.toThrow();
});
