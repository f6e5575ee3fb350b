import { expect, test } from 'vitest';
import { DeathsChecker } from '../../../simulation/checks/deaths-checker.ts';
import type { Effect } from '../../../simulation/effects.ts';
import { written } from './history.ts';

const logged = (environment: string, requestId: string): Effect => ({
  ...{ kind: 'logged', functionName: 'stack-resend', environment, requestId },
});
const crash = (environment: string, id: string) =>
  written('incidents', undefined, { pk: 's', sk: `crash#${id}`, id, environment });

function unfinishedAfter(...history: Effect[]) {
  const checker = new DeathsChecker();
  for (const effect of history) checker.see(effect);
  return checker.unfinished();
}

test('R20: each environment that dies of a repeated invocation must be on record', () => {
  const deaths = [logged('a', 'r'), logged('b', 'r')];
  expect(unfinishedAfter(...deaths, crash('a', 'r@a'))).toMatch('a failure of b is not on record');
  expect(unfinishedAfter(...deaths, crash('b', 'r@b'), crash('a', 'r@a'))).toBeUndefined();
});

test('R20: validate may have put it on record by its request, and without its environment', () => {
  const itself = written('incidents', undefined, { pk: 's', sk: 'crash#r', id: 'r' });
  expect(unfinishedAfter(itself, logged('a', 'r'))).toBeUndefined();
  expect(unfinishedAfter(logged('a', 'r'), itself)).toBeUndefined();
  expect(unfinishedAfter(itself, logged('a', 'r'), logged('a', 's'))).toMatch('a failure of a');
});

test('R20: so must each request that fails in one environment, once', () => {
  const failures = [logged('a', 'r'), logged('a', 's'), logged('a', 's')];
  expect(unfinishedAfter(...failures, crash('a', 'r'), crash('a', 'r'))).toMatch('a failure of a');
  expect(unfinishedAfter(...failures, crash('a', 'r'), crash('a', 's'))).toBeUndefined();
});
