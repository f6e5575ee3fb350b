import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Attempt,
  type AttemptPolicy,
  beginsRound,
  countedAttempts,
  decideAttempt,
  type QuarantineStatus,
  type Trouble,
} from '../../../core/attempt/attempts.ts';

const NOW = 1_000_000;
const policy: AttemptPolicy = {
  attemptsMax: 2,
  attemptsMaxEnvironmentDied: 3,
  unexplainedMax: 5,
  runningMaxMs: 12_000,
};

const crashed = (requestId: string): Attempt => ({
  requestId,
  startedAt: NOW - 30_000,
  crash: 'timeout',
  reason: 'no verdict within 5000 ms',
  ended: NOW - 25_000,
});
const died = (requestId: string): Attempt => ({ requestId, startedAt: NOW - 60_000 });
const inOwnProcess = (attempt: Attempt): Attempt => ({ ...attempt, ownProcess: true });
const RUN = { kind: 'run', ownProcess: false };
const RUN_IN_OWN_PROCESS = { kind: 'run', ownProcess: true };
const survived = (requestId: string): Attempt => ({
  requestId,
  startedAt: NOW - 80_000,
  ended: NOW - 79_000,
});
const decide = (
  attempts: readonly Attempt[],
  status: QuarantineStatus = 'in-isolation',
  voided: readonly string[] = [],
) => decideAttempt({ status, attempts }, voided, NOW, policy);

describe('R02: the round of a message', () => {
  const inRound = (round: number | undefined, status: QuarantineStatus = 'redriven') =>
    ({ status, attempts: [], round }) satisfies Trouble;

  test('a copy of an older round has ended, whatever the state of the newer one', () => {
    expect(decideAttempt(inRound(1), [], NOW, policy)).toEqual({ kind: 'finished' });
    expect(decideAttempt(inRound(2, 'in-isolation'), [], NOW, policy, 1)).toEqual({
      kind: 'finished',
    });
  });

  test('a copy of the same or of a newer round runs; an absent round means none', () => {
    expect(decideAttempt(inRound(undefined), [], NOW, policy)).toEqual(RUN);
    expect(decideAttempt(inRound(1), [], NOW, policy, 1)).toEqual(RUN);
    expect(decideAttempt(inRound(1), [], NOW, policy, 2)).toEqual(RUN);
  });

  test.each<[string, number | undefined, Trouble, boolean]>([
    ['of a quarantined entry', 1, inRound(undefined, 'quarantined'), true],
    ['of an entry whose round was raised already', 1, inRound(1, 'quarantined'), false],
    ['of an entry that has ended', 1, inRound(undefined, 'stored'), false],
    ['without an entry', undefined, inRound(undefined, 'quarantined'), false],
  ])('a message of a newer round begins that round: %s', (_, round, trouble, begins) => {
    expect(beginsRound({ round }, trouble)).toBe(begins);
  });
});

describe('whether a message may run alone', () => {
  test('R02: it may the first time', () => {
    expect(decideAttempt(undefined, [], NOW, policy)).toEqual(RUN);
    expect(decide([])).toEqual(RUN);
    expect(decide([], 'redriven')).toEqual(RUN);
  });

  test('R02: one seen crash allows another attempt, two dead-letter with the last reason', () => {
    expect(decide([crashed('a')])).toEqual(RUN);
    expect(decide([crashed('a'), crashed('b')])).toEqual({
      kind: 'dead-letter',
      deadLetter: { kind: 'timeout', reason: 'no verdict within 5000 ms', attempts: 2 },
    });
  });

  test('R02: three deaths of the environment dead-letter', () => {
    expect(decide([died('a'), died('b')])).toEqual(RUN_IN_OWN_PROCESS);
    expect(decide([died('a'), died('b'), died('c')])).toEqual({
      kind: 'dead-letter',
      deadLetter: {
        kind: 'exit',
        reason: 'the execution environment died while it ran',
        attempts: 3,
      },
    });
  });

  test('R02: mixed deaths and crashes dead-letter after three in total', () => {
    expect(decide([crashed('a'), died('b')])).toEqual(RUN_IN_OWN_PROCESS);
    expect(decide([died('a'), crashed('b'), died('c')]).kind).toBe('dead-letter');
  });

  test('R02: after an environment died it runs in a separate process, and is seen if it kills that', () => {
    const killed = inOwnProcess(crashed('b'));
    expect(decide([died('a'), killed])).toEqual(RUN_IN_OWN_PROCESS);
    expect(decide([died('a'), killed, inOwnProcess(crashed('c'))])).toMatchObject({
      kind: 'dead-letter',
      deadLetter: { attempts: 3 },
    });
  });

  test('R02: a crash in a separate process that was seen is explained, and counts', () => {
    expect(decide([died('a'), inOwnProcess(crashed('b')), died('c')])).toMatchObject({
      kind: 'dead-letter',
      deadLetter: { attempts: 3 },
    });
  });

  test('R02: the death of an environment around a separate process does not count, up to a limit', () => {
    const around = ['b', 'c', 'd', 'e', 'f'].map((id) => inOwnProcess(died(id)));
    expect(decide([died('a'), ...around.slice(1)])).toEqual(RUN_IN_OWN_PROCESS);
    expect(decide([died('a'), ...around])).toMatchObject({
      kind: 'dead-letter',
      deadLetter: { attempts: 6 },
    });
  });

  test('R02: it counts if the platform says that it ran out of memory', () => {
    const hog = (id: string) => inOwnProcess({ ...died(id), crash: 'out-of-memory' });
    expect(decide([died('a'), hog('b')])).toEqual(RUN_IN_OWN_PROCESS);
    expect(decide([died('a'), hog('b'), hog('c')])).toMatchObject({
      deadLetter: { kind: 'out-of-memory', attempts: 3 },
    });
  });

  test('R07: what the monitor learned of a death is the reason, but does not make it a seen crash', () => {
    const known = (requestId: string): Attempt => ({ ...died(requestId), crash: 'out-of-memory' });
    expect(decide([known('a'), known('b')])).toEqual(RUN_IN_OWN_PROCESS);
    expect(decide([known('a'), known('b'), died('c')])).toMatchObject({
      deadLetter: { kind: 'out-of-memory', attempts: 3 },
    });
  });

  test.each(['quarantined', 'discarded', 'stored'] as const)(
    'R04: a copy of a message that is %s changes nothing',
    (status) => {
      expect(decide([crashed('a')], status)).toEqual({ kind: 'finished' });
    },
  );

  test('R04: a copy waits while an attempt may still run; exactly as old as the limit it is over', () => {
    const running = (age: number): Attempt => ({ requestId: 'r', startedAt: NOW - age });
    expect(decide([running(2_000)])).toEqual({ kind: 'wait', ms: 10_000 });
    expect(decide([running(11_999)])).toEqual({ kind: 'wait', ms: 1 });
    expect(decide([running(12_000)])).toEqual(RUN_IN_OWN_PROCESS);
    // Another environment's clock may be ahead.
    expect(decide([running(-5_000)])).toEqual({ kind: 'wait', ms: 12_000 });
  });

  test('R09: voided attempts do not count', () => {
    const attempts = [crashed('a'), crashed('b'), died('c')];
    expect(decide(attempts, 'in-isolation', ['b', 'c'])).toEqual(RUN);
    expect(countedAttempts(attempts, ['a', 'c'])).toEqual([crashed('b')]);
  });

  test('R04: a copy waits while the outcome of an attempt that the resource survived may still be written', () => {
    const startedAt = NOW - 2_000;
    const recent = { requestId: 'a', startedAt, ended: NOW - 1_000 };
    expect(decide([recent])).toEqual({ kind: 'wait', ms: 70_000 });
    expect(decide([recent, crashed('b')])).toEqual({ kind: 'wait', ms: 70_000 });
    expect(decide([{ ...recent, crash: 'exit' }])).toEqual(RUN);
    // The write may take effect a minute after it was given up.
    const old = (age: number) => ({ ...recent, startedAt: NOW - policy.runningMaxMs - age });
    expect(decide([old(59_999)])).toEqual({ kind: 'wait', ms: 1 });
    expect(decide([old(60_000)])).toEqual(RUN);
  });

  test('R02: an attempt that the resource survived is not spent, even if the environment died later', () => {
    expect(decide([survived('a'), survived('b'), survived('c')])).toEqual(RUN);
    expect(decide([crashed('a'), survived('b'), crashed('c')])).toMatchObject({
      kind: 'dead-letter',
      deadLetter: { attempts: 2 },
    });
  });

  test('R02: dead-letters exactly from two seen crashes or three spent attempts on', () => {
    const attempt = fc.constantFrom(crashed, died, survived);
    fc.assert(
      fc.property(fc.array(attempt, { maxLength: 6 }), (makers) => {
        const attempts = makers.map((make, n) => make(String(n)));
        const seen = makers.filter((make) => make === crashed).length;
        const spent = makers.filter((make) => make !== survived).length;
        const expected = seen >= 2 || spent >= 3 ? 'dead-letter' : 'run';
        expect(decide(attempts).kind).toBe(expected);
      }),
    );
  });
});
