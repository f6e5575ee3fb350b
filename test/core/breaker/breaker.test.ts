import { describe, expect, test } from 'vitest';
import { admit, probeMayBegin } from '../../../core/breaker/breaker.ts';
import type { BreakerPolicy } from '../../../core/breaker/breaker-policy.ts';
import { afterResult, report } from '../../../core/breaker/breaker-result.ts';
import {
  hasForgotten,
  RECEIPTS_MAX,
  UNKNOWN_SERVICE,
  within,
} from '../../../core/breaker/breaker-state.ts';
import { type CallWindow, countCall } from '../../../core/breaker/call-window.ts';
import {
  acquired,
  ask,
  failing,
  policy,
  probing,
  recovered,
  result,
  settled,
} from './breaker-support.ts';

const FIRST = { generation: 0 };

describe('closed', () => {
  test('R14: a success with no failure outstanding changes nothing, nor does an unknown end', () => {
    expect(afterResult(UNKNOWN_SERVICE, result(FIRST, 'success'), 1, policy)).toBeUndefined();
    expect(afterResult(UNKNOWN_SERVICE, result(FIRST, 'unknown'), 1, policy)).toBeUndefined();
    expect(admit(UNKNOWN_SERVICE, ask(), 1, policy)).toEqual({ kind: 'call', ticket: FIRST });
  });

  test('R14: the first success after a failure resets the count', () => {
    const state = failing(4, 0);
    expect(state).toMatchObject({ phase: 'closed', failures: 4 });
    const reset = settled(state, FIRST, 'success', 1);
    expect(reset).toMatchObject({ phase: 'closed', failures: 0, generation: 0 });
    expect(failing(4, 1, reset)).toMatchObject({ phase: 'closed' });
  });

  test('R10: five consecutive failures open it for 30 s, in a new generation', () => {
    const change = afterResult(failing(4, 0), result(FIRST, 'failure'), 7, policy);
    expect(change).toMatchObject({
      next: { phase: 'open', generation: 1, since: 7, openUntil: 30_007, reopenings: 0 },
      transition: {
        from: 'closed',
        to: 'open',
        generation: 1,
        at: 7,
        why: '5 consecutive failures',
      },
    });
  });

  describe('R18: failures of one part of the service', () => {
    const refused = (part: string | undefined) => result(FIRST, 'failure', { part });
    const refusals = (parts: readonly (string | undefined)[], state = failing(0, 0)) =>
      parts.reduce(
        (before, part) => afterResult(before, refused(part), 1, policy)?.next ?? before,
        state,
      );

    test('count once in a row, until a call succeeds', () => {
      const state = refusals(Array(20).fill('Patient'));
      expect(state).toMatchObject({ phase: 'closed', failures: 1, failedPart: 'Patient' });
      const reset = settled(state, FIRST, 'success', 2);
      expect(reset).toMatchObject({ failures: 0, failedPart: undefined });
      expect(refusals(['Patient'], reset)).toMatchObject({ failures: 1 });
    });

    test('count again if a call has succeeded of which nobody knew', () => {
      const state = refusals(['Patient']);
      const again = result(FIRST, 'failure', { part: 'Patient', servedAt: 2 });
      expect(afterResult(state, again, 3, policy)?.next).toMatchObject({
        failures: 1,
        failedAt: 3,
      });
    });

    test('open it if others fail too', () => {
      expect(refusals(['a', 'b', 'a', 'b'])).toMatchObject({ phase: 'closed', failures: 4 });
      expect(refusals(['a', 'b', 'a', 'b', 'a'])).toMatchObject({ phase: 'open' });
      expect(refusals(['a', undefined, undefined, 'a', undefined])).toMatchObject({
        phase: 'open',
      });
    });
  });

  test('R10: Retry-After keeps it open for longer', () => {
    const asked = result(FIRST, 'failure', { retryAt: 60_000 });
    expect(afterResult(failing(4, 0), asked, 0, policy)?.next).toMatchObject({ openUntil: 60_000 });
  });

  test('R13: a result counts once, even if its save was answered by an error', () => {
    const one = result(FIRST, 'failure');
    const state = afterResult(UNKNOWN_SERVICE, one, 0, policy)?.next ?? UNKNOWN_SERVICE;
    expect(afterResult(state, one, 0, policy)).toBeUndefined();
  });

  test('a state remembers a limited number of receipts', () => {
    let state = UNKNOWN_SERVICE;
    for (let n = 0; n < RECEIPTS_MAX + 3; n += 1) {
      state = { ...state, ...within(state, {}, `r${n}`).next } as typeof state;
    }
    expect(state.receipts).toHaveLength(RECEIPTS_MAX);
    expect(state.receipts.at(-1)).toBe(`r${RECEIPTS_MAX + 2}`);
  });

  test('R13: a state has forgotten a save exactly when its receipt is gone', () => {
    const { next: save } = within(UNKNOWN_SERVICE, {}, 'first');
    let state = save;
    for (let others = 0; others < RECEIPTS_MAX + 2; others += 1) {
      expect(hasForgotten(state, save)).toBe(!state.receipts.includes('first'));
      state = within(state, {}, `r${others}`).next;
    }
    expect(hasForgotten(state, save)).toBe(true);
  });
});

describe('open', () => {
  const state = failing(5, 0);

  test('R11: until its time nobody calls, and each caller learns when to ask again', () => {
    expect(admit(state, ask(), 29_999, policy)).toEqual({
      kind: 'refused',
      why: 'open',
      retryAt: 30_000,
    });
    expect(admit(state, ask(), 30_000, policy).kind).toBe('acquire');
  });

  test('R13: results of calls begun before it opened change nothing', () => {
    for (const outcome of ['success', 'failure'] as const) {
      expect(afterResult(state, result(FIRST, outcome), 1, policy)).toBeUndefined();
    }
    expect(afterResult(state, result({ generation: 1 }, 'success'), 1, policy)).toBeUndefined();
  });
});

describe('half-open', () => {
  test('R12: the first to ask owns the probe, all others are refused while its lease lasts', () => {
    const { state, ticket } = probing();
    expect(state).toMatchObject({
      phase: 'half-open',
      generation: 2,
      probe: { owner: 'prober', leaseUntil: 36_000 },
    });
    expect(admit(state, ask(), 35_999, policy)).toMatchObject({
      kind: 'refused',
      why: 'probing',
      retryAt: 36_000,
    });
    // Its own save was answered by an error, but was stored.
    expect(admit(state, ask({ owner: 'prober' }), 30_001, policy)).toEqual({
      kind: 'call',
      ticket,
    });
  });

  test('R16: a lease that has expired frees the probe, and its old owner decides nothing', () => {
    const { state, ticket } = probing();
    const next = acquired(admit(state, ask(), 36_000, policy));
    expect(next.state).toMatchObject({ phase: 'half-open', generation: 2 });
    for (const outcome of ['success', 'failure', 'unknown'] as const) {
      expect(afterResult(next.state, result(ticket, outcome), 36_001, policy)).toBeUndefined();
    }
    expect(
      afterResult(next.state, result({ generation: 2 }, 'failure'), 1, policy),
    ).toBeUndefined();
  });

  test('R16: a probe may begin only if it ends well before its lease', () => {
    const probe = { owner: 'x', leaseUntil: 6_000 };
    expect(probeMayBegin(probe, 1_000, 2_500, policy)).toBe(true);
    expect(probeMayBegin(probe, 1_000, 2_501, policy)).toBe(false);
  });

  test('a probe that was not made lets another be made', () => {
    const { state, ticket } = probing();
    const freed = settled(state, ticket, 'unknown', 30_001);
    expect(freed).toMatchObject({ phase: 'half-open', successes: 0, probe: undefined });
    expect(admit(freed, ask(), 30_001, policy).kind).toBe('acquire');
    expect(afterResult(freed, result(ticket, 'success'), 30_002, policy)).toBeUndefined();
  });

  test('R18: a probe that fails for a part of the service only lets another be made, and keeps what is known', () => {
    const first = probing();
    const half = settled(first.state, first.ticket, 'success', 30_000);
    const second = acquired(admit(half, ask(), 30_000, policy));
    const refused = result(second.ticket, 'failure', { part: 'Patient' });
    const freed = afterResult(second.state, refused, 30_001, policy)?.next ?? second.state;
    expect(freed).toMatchObject({ phase: 'half-open', successes: 1, probe: undefined });
    const third = acquired(admit(freed, ask(), 30_001, policy));
    expect(settled(third.state, third.ticket, 'success', 30_002).phase).toBe('closed');
  });

  test('a probe that fails opens it again, longer each time; this does not count as flapping', () => {
    const first = probing();
    const again = settled(first.state, first.ticket, 'failure', 30_001);
    expect(again).toMatchObject({ phase: 'open', generation: 3, failedProbes: 1, reopenings: 0 });
    expect(again).toMatchObject({ openUntil: 35_001, why: 'the probe failed' });
    const second = acquired(admit(again, ask(), 35_001, policy));
    const third = settled(second.state, second.ticket, 'failure', 35_001);
    expect(third).toMatchObject({ failedProbes: 2, openUntil: 35_001 + 5_500 });
  });

  test('two successful probes in a row close it, and traffic returns in steps', () => {
    const state = recovered(30_000);
    expect(state).toMatchObject({ phase: 'closed', generation: 3, rampFrom: 30_000, failures: 0 });
    expect(admit(state, ask({ draw: 0.49 }), 30_999, policy).kind).toBe('call');
    expect(admit(state, ask({ draw: 0.5 }), 30_999, policy)).toEqual({
      kind: 'refused',
      why: 'ramping',
      retryAt: 31_000,
    });
    expect(admit(state, ask({ draw: 0.99 }), 31_000, policy).kind).toBe('call');
  });

  test('a failure while traffic returns counts as reopening, and a later one as a new outage', () => {
    expect(failing(5, 30_999, recovered())).toMatchObject({ phase: 'open', reopenings: 1 });
    expect(failing(5, 31_000, recovered())).toMatchObject({ phase: 'open', reopenings: 0 });
  });
});

describe('R10: the policy failure-rate', () => {
  const trip = { kind: 'failure-rate', share: 0.5, callsMin: 4, windowMs: 10_000 } as const;
  const its: BreakerPolicy = { ...policy, trip };
  const calls = (good: number, worse: number) => {
    let window: CallWindow = [];
    for (let n = 0; n < good + worse; n += 1) {
      window = countCall(window, { failed: n < worse }, 5_000, 10_000);
    }
    return { ticket: FIRST, window, token: `${good}-${worse}`, draw: 0 };
  };

  test('opens by the share of failed calls of all environments', () => {
    const some = report(UNKNOWN_SERVICE, calls(1, 1), 5_000, its)?.next ?? UNKNOWN_SERVICE;
    expect(some).toMatchObject({ phase: 'closed', version: 1 });
    expect(report(some, calls(1, 1), 5_000, its)).toBeUndefined();
    const more = { ...calls(1, 1), token: 'another environment' };
    expect(report(some, more, 5_000, its)?.next).toMatchObject({
      phase: 'open',
      why: '2 of 4 calls failed',
    });
    expect(report(some, calls(3, 1), 5_000, its)?.next).toMatchObject({ phase: 'closed' });
    expect(report(some, { ...more, ticket: { generation: 9 } }, 5_000, its)).toBeUndefined();
  });

  test('single results change nothing, and a window reported for another policy or phase is ignored', () => {
    expect(afterResult(UNKNOWN_SERVICE, result(FIRST, 'failure'), 0, its)).toBeUndefined();
    expect(report(UNKNOWN_SERVICE, calls(0, 9), 5_000, policy)).toBeUndefined();
    expect(report(failing(5, 0), calls(0, 9), 5_000, its)).toBeUndefined();
  });
});

describe('R10: failures are consecutive only if no call succeeded between them', () => {
  test('even if the environment of the successful call did not know of them', () => {
    const state = failing(4, 10);
    const fifth = result(FIRST, 'failure', { servedAt: 11 });
    expect(afterResult(state, fifth, 12, policy)?.next).toMatchObject({
      phase: 'closed',
      failures: 1,
      failedAt: 12,
    });
    const before = result(FIRST, 'failure', { servedAt: 9 });
    expect(afterResult(state, before, 12, policy)?.next).toMatchObject({ phase: 'open' });
  });

  test('a success that is reported after a newer failure changes nothing', () => {
    const state = failing(4, 10);
    expect(
      afterResult(state, result(FIRST, 'success', { servedAt: 9 }), 12, policy),
    ).toBeUndefined();
    const reset = afterResult(state, result(FIRST, 'success', { servedAt: 10 }), 12, policy)?.next;
    expect(reset).toMatchObject({ failures: 0, failedAt: undefined });
  });
});
