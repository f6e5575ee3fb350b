import { describe, expect, test } from 'vitest';
import { InvocationChecker } from '../../../simulation/checks/invocation-checker.ts';
import type { Effect } from '../../../simulation/effects.ts';
import { hostAt } from './history.ts';

const host = hostAt('validate#1');
const of = (requestId: string) => ({ functionName: 'validate', requestId });
const invoked = (id: string): Effect => ({ kind: 'invoked', ...of(id), event: {} });
const ended = (id: string): Effect => ({
  kind: 'ended',
  ...of(id),
  outcome: { status: 'success', payload: 'null' },
});
const called: Effect = { kind: 'called', service: 'sqs', command: {} };

function checkerIn(around: { now: string | undefined }, ...effects: Effect[]) {
  const checker = new InvocationChecker(() => around.now);
  for (const effect of effects) checker.see(effect, host);
  return checker;
}

describe('R61: the checker of invocations', () => {
  test('accepts calls of an invocation until it ends, and of an environment while it loads', () => {
    const around: { now: string | undefined } = { now: undefined };
    const checker = checkerIn(around, called, invoked('r1'));
    around.now = 'r1';
    expect(() => checker.see(called, host)).not.toThrow();
  });

  test('finds a call after the end, and one in the time of another invocation', () => {
    const late = checkerIn({ now: 'r1' }, invoked('r1'), called, ended('r1'));
    expect(() => late.see(called, host)).toThrow('called sqs Object after it had ended');
    const thawed = checkerIn({ now: 'r1' }, invoked('r1'), ended('r1'), invoked('r2'));
    expect(() => thawed.see(called, host)).toThrow('in the time of r2');
  });
});
