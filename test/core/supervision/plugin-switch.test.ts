import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { admit } from '../../../core/breaker/breaker.ts';
import { transitionFact } from '../../../core/breaker/breaker-news.ts';
import { obey } from '../../../core/breaker/breaker-operator.ts';
import { afterResult, report } from '../../../core/breaker/breaker-result.ts';
import { type BreakerState, UNKNOWN_SERVICE } from '../../../core/breaker/breaker-state.ts';
import type { Verdict } from '../../../core/message/verdict.ts';
import {
  pluginOf,
  switchOf,
  switchOutcome,
  switchPolicy,
} from '../../../core/supervision/plugin-switch.ts';
import { addRestart, type Restart } from '../../../core/supervision/restart-intensity.ts';
import { acquired, ask, result, settled } from '../breaker/breaker-support.ts';

const policy = switchPolicy({ intensity: 3, periodMs: 5_000 });

function crashedAt(times: readonly number[]): BreakerState {
  let state: BreakerState = UNKNOWN_SERVICE;
  for (const now of times) {
    state = settled(state, { generation: state.generation }, 'failure', now, policy);
  }
  return state;
}

describe('R30: a plugin that crashes too often', () => {
  test.each([
    ['is switched off by the fourth crash', [0, 1, 2, 3], 'open'],
    ['stays on at the third', [0, 1, 2], 'closed'],
    ['is switched off by the fourth, exactly the period after the first', [0, 1, 2, 5_000], 'open'],
    ['stays on at a fourth that is a millisecond later', [0, 1, 2, 5_001], 'closed'],
    ['is switched off by four of many', [0, 4_000, 8_000, 8_001, 8_002], 'open'],
  ])('%s', (_, times, phase) => {
    expect(crashedAt(times).phase).toBe(phase);
  });

  test('is not helped by success in between, for which nothing is written (R14)', () => {
    const three = crashedAt([0, 1, 2]);
    expect(afterResult(three, result({ generation: 0 }, 'success'), 3, policy)).toBeUndefined();
    expect(afterResult(three, result({ generation: 0 }, 'unknown'), 3, policy)).toBeUndefined();
    expect(settled(three, { generation: 0 }, 'failure', 4, policy)).toMatchObject({
      phase: 'open',
      why: 'more than 3 crashes within 5 s',
    });
    const calls = { ticket: { generation: 0 }, window: [], token: 'a', draw: 0 };
    expect(report(three, calls, 3, policy)).toBeUndefined();
  });

  test('is not switched off by one resource that is tried again, however often', () => {
    const again = { subject: 'm-1' };
    const once = afterResult(
      UNKNOWN_SERVICE,
      result({ generation: 0 }, 'failure', again),
      1,
      policy,
    );
    const state = once?.next ?? UNKNOWN_SERVICE;
    expect(state).toMatchObject({ restarts: [{ id: 'm-1', at: 1 }] });
    expect(
      afterResult(state, result({ generation: 0 }, 'failure', again), 2, policy),
    ).toBeUndefined();
  });

  test('is switched off exactly when the rule of its supervisor says so', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3_000), { maxLength: 12 }), (gaps) => {
        let at = 0;
        let restarts: readonly Restart[] = [];
        const times: number[] = [];
        for (const [n, gap] of gaps.entries()) {
          at += gap;
          times.push(at);
          const added = addRestart(restarts, { id: `${n}`, at }, { intensity: 3, periodMs: 5_000 });
          restarts = added.restarts;
          expect(crashedAt(times).phase).toBe(added.kind === 'kept' ? 'closed' : 'open');
          if (added.kind === 'escalated') return;
        }
      }),
    );
  });
});

test('R12: one resource is its probe, and the first that does not crash switches it on for all', () => {
  const off = crashedAt([0, 1, 2, 3]);
  expect(admit(off, ask(), 30_002, policy)).toMatchObject({ kind: 'refused' });
  const probe = acquired(admit(off, ask(), 30_003, policy));
  expect(admit(probe.state, ask(), 30_004, policy)).toMatchObject({ why: 'probing' });
  expect(settled(probe.state, probe.ticket, 'failure', 30_005, policy)).toMatchObject({
    phase: 'open',
    failedProbes: 1,
  });
  const unasked = settled(probe.state, probe.ticket, 'unknown', 30_005, policy);
  expect(unasked).toMatchObject({ phase: 'half-open', probe: undefined });
  const on = settled(probe.state, probe.ticket, 'success', 30_005, policy);
  expect(on).toMatchObject({ phase: 'closed' });
  expect(on).not.toHaveProperty('restarts');
  expect(admit(on, ask({ draw: 0.999 }), 30_006, policy)).toMatchObject({ kind: 'call' });
});

test('a switch has the name of its plugin, and its transitions are a kind of fact of their own', () => {
  expect(pluginOf(switchOf('cpf'))).toBe('cpf');
  expect(pluginOf('fhir-server')).toBeUndefined();
  const [off] = crashedAt([0, 1, 2, 3]).recent;
  expect(off && transitionFact(switchOf('cpf'), off, 'breaker')).toMatchObject({
    kind: 'plugin-switched',
    details: { service: 'plugin-cpf', to: 'open' },
  });
  const word = { kind: 'reset', by: 'ada', reason: 'fixed', token: 't' } as const;
  const { transition } = obey(UNKNOWN_SERVICE, word, 1);
  expect(transitionFact(switchOf('cpf'), transition, 'cli')).toMatchObject({
    kind: 'plugin-switched',
    actor: 'ada',
  });
});

describe('what a verdict says about a plugin', () => {
  const cpf = { name: 'cpf', resourceTypes: ['Patient'] };
  const crash = { plugin: 'cpf', crash: 'exit', reason: 'exited' } as const;
  const error = { severity: 'error', code: 'value', text: '' } as const;
  const valid = { kind: 'valid', resourceType: 'Patient', issues: [] } as const;
  test.each<[string, Verdict | undefined, string]>([
    ['nothing, where there is none', undefined, 'unknown'],
    ['that it ran', { ...valid, issues: [] }, 'success'],
    ['nothing, of another type', { ...valid, resourceType: 'Group', issues: [] }, 'unknown'],
    ['that it crashed, advisory', { ...valid, issues: [], pluginCrashes: [crash] }, 'failure'],
    ['that it crashed, required', { kind: 'crash', ...crash }, 'failure'],
    ['nothing, if another did', { kind: 'crash', ...crash, plugin: 'other' }, 'unknown'],
    ['nothing, if the validator did', { kind: 'crash', crash: 'exit', reason: '' }, 'unknown'],
    ['nothing, if the validator rejects', { kind: 'invalid', issues: [error] }, 'unknown'],
    [
      'nothing, if the validator rejects it, and warns',
      {
        kind: 'invalid',
        resourceType: 'Patient',
        issues: [{ ...error, severity: 'warning' }, error],
      },
      'unknown',
    ],
    [
      'that it ran, if a plugin rejects',
      { kind: 'invalid', resourceType: 'Patient', issues: [{ ...error, plugin: 'other' }] },
      'success',
    ],
  ])('%s', (_, verdict, outcome) => {
    expect(switchOutcome(cpf, verdict)).toBe(outcome);
  });

  test('a plugin for all types is judged by any type', () => {
    const all = { name: 'all', resourceTypes: [] };
    expect(switchOutcome(all, { ...valid, resourceType: 'Group', issues: [] })).toBe('success');
    const untyped = { kind: 'invalid', issues: [{ ...error, plugin: 'x' }] } as const;
    expect(switchOutcome(cpf, { ...untyped, issues: [...untyped.issues] })).toBe('unknown');
  });
});
