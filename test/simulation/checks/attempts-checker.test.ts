import { describe, expect, test } from 'vitest';
import { AttemptsChecker } from '../../../simulation/checks/attempts-checker.ts';
import type { Effect } from '../../../simulation/effects.ts';
import type { Nature } from '../../../simulation/submission.ts';
import { queueNamed, submission, written } from './history.ts';

const alone = (requestId: string, queue = 'critical-isolation', count = 1): Effect => ({
  kind: 'invoked',
  functionName: 'stack-validate-critical',
  requestId,
  event: {
    Records: Array.from({ length: count }, () => ({ eventSourceARN: queueNamed(queue).arn })),
  },
});
const attempts = (...all: object[]) =>
  written('quarantine', undefined, { pk: 'm1', status: 'in-isolation', attempts: all });
const deadLetter = (...all: object[]) =>
  written(
    'quarantine',
    { pk: 'm1', status: 'in-isolation', attempts: all },
    { pk: 'm1', status: 'quarantined', kind: 'dead-letter', attempts: all },
  );
const seen = (requestId: string) => ({ requestId, crash: 'exit', ended: 9 });
const died = (requestId: string) => ({ requestId });

function see(nature: Nature, ...effects: Effect[]): void {
  const submissions = new Map([['m1', submission({ nature })]]);
  const checker = new AttemptsChecker({ submissions });
  for (const effect of effects) checker.see(effect);
}

describe('the checker of attempts', () => {
  const runs = ['r1', 'r2', 'r3'].map((id) => alone(id));

  test('R02: accepts a dead letter after two crashes that were seen, or three attempts', () => {
    expect(() => see('exit', ...runs, deadLetter(seen('r1'), seen('r2')))).not.toThrow();
    const three = deadLetter(died('r1'), died('r2'), died('r3'));
    expect(() => see('kill', ...runs, three)).not.toThrow();
  });

  test('R02: finds a dead letter after fewer', () => {
    expect(() => see('exit', ...runs, deadLetter(seen('r1')))).toThrow('after 1 crashes alone');
    expect(() => see('kill', ...runs, deadLetter(seen('r1'), died('r2')))).toThrow('R02');
    const survived = { requestId: 'r2', ended: 9 };
    expect(() => see('exit', ...runs, deadLetter(seen('r1'), survived))).toThrow('R02');
  });

  test('R02: finds an attempt that did not run alone', () => {
    expect(() => see('exit', attempts(died('r1')))).toThrow('did not run alone');
    expect(() => see('exit', alone('r1', 'critical'), attempts(died('r1')))).toThrow('R02');
    expect(() => see('exit', alone('r1', 'critical-isolation', 2))).toThrow('R03');
  });

  test('R09: finds a recorded crash of a resource that does not crash', () => {
    expect(() => see('valid', ...runs, attempts(seen('r1')))).toThrow('R09');
    expect(() => see('valid', ...runs, attempts(died('r1')))).not.toThrow();
    expect(() => see('flaky', ...runs, attempts(seen('r1')))).not.toThrow();
    expect(() => see('flaky', ...runs, attempts(seen('r1'), seen('r2')))).toThrow('R09');
  });
});
