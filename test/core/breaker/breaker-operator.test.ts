import { describe, expect, test } from 'vitest';
import { admit } from '../../../core/breaker/breaker.ts';
import { obey } from '../../../core/breaker/breaker-operator.ts';
import type { BreakerPolicy } from '../../../core/breaker/breaker-policy.ts';
import { afterResult, report } from '../../../core/breaker/breaker-result.ts';
import { UNKNOWN_SERVICE } from '../../../core/breaker/breaker-state.ts';
import { countCall } from '../../../core/breaker/call-window.ts';
import { ask, failing, policy, result } from './breaker-support.ts';

const word = { by: 'ada', reason: 'maintenance', token: 'w-1' };
const until = 10_000;

describe('R17: an operator', () => {
  test('forces it open until an expiry; then it is probed', () => {
    const change = obey(UNKNOWN_SERVICE, { ...word, kind: 'force-open', until }, 5);
    expect(change.transition).toEqual({
      from: 'closed',
      to: 'open',
      generation: 1,
      at: 5,
      why: 'force-open: maintenance',
      by: 'ada',
      openUntil: until,
    });
    expect(admit(change.next, ask(), 9_999, policy)).toEqual({
      kind: 'refused',
      why: 'forced open',
      retryAt: until,
    });
    expect(admit(change.next, ask(), 10_000, policy).kind).toBe('acquire');
  });

  test('forces it open for less time than before', () => {
    const opened = obey(UNKNOWN_SERVICE, { ...word, kind: 'force-open', until }, 5).next;
    const sooner = { ...word, kind: 'force-open', until: 5_000 } as const;
    expect(obey(opened, sooner, 10).next).toMatchObject({ openUntil: 5_000 });
  });

  test('R12: forces it open until a probe that is in flight has ended, however often it is forced', () => {
    const opened = obey(UNKNOWN_SERVICE, { ...word, kind: 'force-open', until }, 5).next;
    const asked = admit(opened, ask(), 10_000, policy);
    if (asked.kind !== 'acquire') throw new Error(asked.kind);
    const { next: probing } = asked.change;
    const { leaseUntil = 0 } = asked.ticket.probe ?? {};
    expect(leaseUntil).toBeGreaterThan(10_100);
    const soon = { ...word, kind: 'force-open', until: 10_100 } as const;
    const once = obey(probing, soon, 10_050).next;
    const twice = obey(once, { ...soon, until: 10_080 }, 10_060).next;
    for (const forced of [once, twice]) {
      const early = admit(forced, ask(), leaseUntil - 1, policy);
      expect(early).toEqual({ kind: 'refused', why: 'open', retryAt: leaseUntil });
      expect(admit(forced, ask(), leaseUntil, policy).kind).toBe('acquire');
    }
    const ended = afterResult(probing, result(asked.ticket, 'success'), 10_010, policy);
    expect(ended?.next.phase).toBe('half-open');
    const after = obey(ended?.next ?? probing, soon, 10_050).next;
    expect(admit(after, ask(), 10_100, policy).kind).toBe('acquire');
    const failed = failing(5, 0);
    expect(obey(failed, soon, 10_050).next).toMatchObject({ openUntil: 10_100 });
  });

  test('forces it closed: failures change nothing until the expiry, and count after it', () => {
    const { next } = obey(failing(5, 0), { ...word, kind: 'force-closed', until }, 5);
    expect(next).toMatchObject({ phase: 'closed', generation: 2, failures: 0 });
    const ticket = { generation: 2 };
    expect(admit(next, ask({ draw: 0.99 }), 6, policy)).toEqual({ kind: 'call', ticket });
    expect(afterResult(next, result(ticket, 'failure'), 9_999, policy)).toBeUndefined();
    expect(afterResult(next, result(ticket, 'failure'), 10_000, policy)?.next).toMatchObject({
      failures: 1,
    });
    const trip = { kind: 'failure-rate', share: 0.1, callsMin: 1, windowMs: 10_000 } as const;
    const its: BreakerPolicy = { ...policy, trip };
    const window = countCall([], { failed: true }, 9_999, 10_000);
    const calls = { ticket, window, token: 'c', draw: 0 };
    expect(report(next, calls, 9_999, its)).toBeUndefined();
    expect(report(next, calls, 10_000, its)?.next.phase).toBe('open');
  });

  test('R13: resets it, and results of earlier calls change nothing', () => {
    const open = failing(5, 0);
    const { next, transition } = obey(open, { ...word, kind: 'reset' }, 5);
    expect(next).toMatchObject({ phase: 'closed', generation: 2, failures: 0, version: 6 });
    expect(transition).toMatchObject({ from: 'open', to: 'closed', by: 'ada' });
    expect(afterResult(next, result({ generation: 0 }, 'failure'), 6, policy)).toBeUndefined();
  });
});
