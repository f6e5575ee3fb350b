/**
 * The breaker against a naive model: one process that counts by the rules, in plain variables. Calls begin
 * and end in any order, owners vanish, operators intervene.
 */
// `expect` took nine tenths of the time of this test, which compares some 500,000 times.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'vitest';
import { admit, type Ticket } from '../../../core/breaker/breaker.ts';
import { obey } from '../../../core/breaker/breaker-operator.ts';
import { afterResult } from '../../../core/breaker/breaker-result.ts';
import { type BreakerState, UNKNOWN_SERVICE } from '../../../core/breaker/breaker-state.ts';
import { ask, policy, result, token } from './breaker-support.ts';

/** What the rules say, by phase and by which calls still matter. */
class NaiveBreaker {
  phase: 'closed' | 'open' | 'half-open' = 'closed';
  streak = 0;
  successes = 0;
  reopened = 0;
  failedProbes = 0;
  openUntil = 0;
  closedAt = Number.NEGATIVE_INFINITY;
  forcedUntil = 0;
  probe: { call: number; until: number } | undefined;
  /** Calls whose result still counts. */
  relevant = new Set<number>();

  begin(call: number, draw: number, now: number): boolean {
    if (this.phase === 'closed') {
      const ramping = now - this.closedAt < 1_000 && now >= this.forcedUntil;
      if (ramping && draw >= 0.5) return false;
      this.relevant.add(call);
      return true;
    }
    if (this.phase === 'open') {
      if (now < this.openUntil) return false;
      this.enter('half-open');
      this.successes = 0;
    } else if (this.probe !== undefined && now < this.probe.until) {
      return false;
    }
    this.relevant = new Set([call]);
    this.probe = { call, until: now + 6_000 };
    return true;
  }

  end(call: number, succeeded: boolean, now: number): void {
    const matters = this.relevant.delete(call);
    if (!matters || now < this.forcedUntil) return;
    if (this.phase === 'closed') {
      this.streak = succeeded ? 0 : this.streak + 1;
      if (this.streak === 5) {
        this.reopened = now - this.closedAt < 1_000 ? this.reopened + 1 : 0;
        this.failedProbes = 0;
        this.open(now);
      }
      return;
    }
    this.probe = undefined;
    if (!succeeded) {
      this.failedProbes += 1;
      this.open(now);
      return;
    }
    this.successes += 1;
    if (this.successes === 2) {
      this.enter('closed');
      this.closedAt = now;
    }
  }

  force(phase: 'closed' | 'open', until: number): void {
    this.enter(phase);
    this.reopened = 0;
    this.failedProbes = 0;
    this.closedAt = Number.NEGATIVE_INFINITY;
    this.forcedUntil = until;
    this.openUntil = until;
  }

  /** Half of the longest wait, because the draw is 0. The very first wait is exact. */
  private open(now: number): void {
    this.enter('open');
    let wait = 30_000;
    if (this.failedProbes > 0) wait = 10_000;
    for (let n = 1; n < this.failedProbes; n += 1) wait *= 1.1;
    for (let n = 0; n < this.reopened; n += 1) wait *= 2;
    wait = Math.min(wait, 300_000);
    const isFirst = this.reopened + this.failedProbes === 0;
    this.openUntil = now + Math.round(isFirst ? wait : wait / 2);
  }

  private enter(phase: 'closed' | 'open' | 'half-open'): void {
    this.phase = phase;
    this.relevant.clear();
    this.streak = 0;
    this.probe = undefined;
    this.forcedUntil = 0;
  }
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('begin'), draw: fc.constantFrom(0, 0.7) }) },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('end'), which: fc.nat(8), succeeds: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('fail all'), times: fc.integer({ min: 1, max: 6 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait'),
      ms: fc.constantFrom(1, 500, 1_000, 5_999, 6_000, 30_000, 300_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('open', 'close', 'reset') }) },
) as fc.Arbitrary<{
  do: string;
  draw?: number;
  which?: number;
  succeeds?: boolean;
  times?: number;
  ms?: number;
}>;

test('R10 R11 R12 R13 R16 R17: decides as the naive model does, whatever happens', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 80, size: 'max' }), (steps) => {
      const naive = new NaiveBreaker();
      const calls: { id: number; ticket: Ticket }[] = [];
      let state = UNKNOWN_SERVICE as BreakerState;
      let now = 1_000_000;
      let ids = 0;

      const begin = (draw: number) => {
        const admission = admit(state, ask({ draw }), now, policy);
        if (admission.kind === 'acquire') state = admission.change.next;
        ids += 1;
        assert.equal(admission.kind !== 'refused', naive.begin(ids, draw, now));
        if (admission.kind !== 'refused') calls.push({ id: ids, ticket: admission.ticket });
      };
      const end = (which: number, succeeds: boolean) => {
        const [call] = calls.splice(which, 1);
        if (call === undefined) return;
        const outcome = succeeds ? 'success' : 'failure';
        state = afterResult(state, result(call.ticket, outcome), now, policy)?.next ?? state;
        naive.end(call.id, succeeds, now);
      };
      const operate = (kind: string) => {
        const word = { by: 'ada', reason: 'test', token: token() };
        const until = now + 20_000;
        if (kind === 'reset') state = obey(state, { ...word, kind }, now).next;
        else
          state = obey(
            state,
            { ...word, kind: kind === 'open' ? 'force-open' : 'force-closed', until },
            now,
          ).next;
        naive.force(kind === 'open' ? 'open' : 'closed', kind === 'reset' ? 0 : until);
      };

      for (const each of steps) {
        const { generation, version } = state;
        if (each.do === 'begin') begin(each.draw ?? 0);
        else if (each.do === 'end') end(each.which ?? 0, each.succeeds ?? false);
        else if (each.do === 'fail all') {
          for (let n = 0; n < (each.times ?? 0); n += 1) {
            begin(0);
            end(calls.length - 1, false);
          }
        } else if (each.do === 'wait') now += each.ms ?? 0;
        else operate(each.do);
        assert.equal(state.phase, naive.phase);
        if (state.phase === 'open') assert.equal(state.openUntil, naive.openUntil);
        if (state.phase === 'closed') assert.equal(state.failures, naive.streak);
        assert(state.version >= version);
        assert(state.generation >= generation);
      }
    }),
    { numRuns: 3_000 },
  );
});
