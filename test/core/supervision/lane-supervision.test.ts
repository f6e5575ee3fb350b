import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { auditFactSchema } from '../../../core/audit/audit-fact.ts';
import { pauseByOperator, resumeByOperator } from '../../../core/supervision/lane-holds.ts';
import {
  type BreakerSeen,
  breakersTogether,
  climb,
  confirm,
  endProbe,
  followBreaker,
  type LanePolicy,
  leaseProbe,
  type ProbeOutcome,
  pauseLane,
} from '../../../core/supervision/lane-supervision.ts';
import {
  desiredMapping,
  isHeld,
  needSameMappings,
  phaseOf,
  type Supervised,
  untouched,
} from '../../../core/supervision/supervised-state.ts';

const policy: LanePolicy = {
  coolDownMs: 30,
  backOffMaxMs: 100,
  rampStepMs: 50,
  linkAfterMs: 120,
  probeLeaseMs: 60,
};
const NOW = 1_000;
const running = untouched('critical');
const who = { by: 'ada', why: 'a new server' };
const order = { at: NOW, why: 'it died' };

const paused = confirm(pauseLane(running, order, NOW, policy), true);
const open: BreakerSeen = { closed: false, since: NOW, first: true, openUntil: NOW + 200 };
const kinds = ({ outbox }: Supervised) =>
  outbox.map((effect) => (effect.kind === 'audit' ? effect.fact.kind : effect.kind));

function probed(state: Supervised, outcome: ProbeOutcome, now: number) {
  return endProbe(leaseProbe(state, 'p', now, policy), { id: 'p', outcome }, now, policy);
}

describe('a pause', () => {
  test('R31: disables every mapping, and holds once they have been read back', () => {
    const pausing = pauseLane(running, order, NOW, policy);
    expect(phaseOf(pausing, NOW)).toBe('pausing');
    expect(desiredMapping(pausing, 100)).toEqual({ enabled: false, maxConcurrency: 2 });
    expect(phaseOf(confirm(pausing, true), NOW)).toBe('paused');
    expect(confirm(paused, true)).toBe(paused);
    // A deployment reset them.
    expect(phaseOf(confirm(paused, false), NOW)).toBe('pausing');
    expect(leaseProbe(confirm(paused, false), 'p', paused.wakeAt, policy).probe).toBeUndefined();
    expect(kinds(pausing)).toEqual(['lane-paused']);
  });

  test('R31: is one pause, however often it is ordered', () => {
    expect(pauseLane(paused, order, NOW + 1, policy)).toBe(paused);
    expect(pauseLane(paused, { ...order, at: NOW + 1 }, NOW + 1, policy)).toBe(paused);
    const back = probed(paused, 'ran', NOW + 30);
    expect(pauseLane(back, { ...order, at: NOW + 30 }, NOW + 40, policy)).toBe(back);
    expect(isHeld(pauseLane(back, { ...order, at: NOW + 31 }, NOW + 40, policy))).toBe(true);
  });
});

test('R31: two states need the same mappings if both are held, or both run at the same step', () => {
  const both = pauseByOperator(paused, who, NOW);
  expect(needSameMappings(paused, both)).toBe(true);
  expect(needSameMappings(running, confirm(running, false))).toBe(true);
  expect(needSameMappings(running, paused)).toBe(false);
  const back = probed(paused, 'ran', NOW + 30);
  expect(needSameMappings(back, running)).toBe(false);
  expect(needSameMappings(back, climb(back, 8, NOW + 80, policy))).toBe(false);
});

describe('the return of a lane', () => {
  test('R33: the first probe is due exactly when the cool-down is over', () => {
    expect(leaseProbe(paused, 'p', NOW + 29, policy)).toBe(paused);
    const probing = leaseProbe(paused, 'p', NOW + 30, policy);
    expect(phaseOf(probing, NOW + 30)).toBe('probing');
    expect(desiredMapping(probing, 100).enabled).toBe(false);
  });

  test('R33: one probe at a time; exactly when its lease ends the next may be made', () => {
    const probing = leaseProbe(paused, 'p', NOW + 30, policy);
    expect(leaseProbe(probing, 'q', NOW + 89, policy)).toBe(probing);
    const taken = leaseProbe(probing, 'q', NOW + 90, policy);
    expect(taken.probe?.id).toBe('q');
    expect(endProbe(taken, { id: 'p', outcome: 'ran' }, NOW + 91, policy)).toBe(taken);
    expect(phaseOf(probing, NOW + 90)).toBe('paused');
  });

  test('R33: none is made before the mappings are known to be off, or while one runs', () => {
    const pausing = pauseLane(running, order, NOW, policy);
    expect(leaseProbe(pausing, 'p', NOW + 99, policy)).toBe(pausing);
    expect(leaseProbe(running, 'p', NOW, policy)).toBe(running);
  });

  test.each(['ran', 'nothing there'] as const)(
    'R33: a probe that %s begins the ramp',
    (outcome) => {
      const back = probed(paused, outcome, NOW + 30);
      expect(phaseOf(back, NOW + 30)).toBe('ramping');
      expect(desiredMapping(back, 100)).toEqual({ enabled: true, maxConcurrency: 2 });
      expect(kinds(back)).toEqual(['lane-paused', 'lane-resumed']);
    },
  );

  test('R33: if all messages are in flight nothing was probed: it stays paused, without a setback', () => {
    const waiting = probed(paused, 'all in flight', NOW + 30);
    expect(phaseOf(waiting, NOW + 30)).toBe('paused');
    expect(waiting).toMatchObject({ holds: paused.holds, setbacks: paused.setbacks });
    expect(waiting.wakeAt).toBe(NOW + 30 + policy.coolDownMs);
    expect(leaseProbe(waiting, 'q', waiting.wakeAt - 1, policy)).toBe(waiting);
    expect(leaseProbe(waiting, 'q', waiting.wakeAt, policy).probe?.id).toBe('q');
  });

  test('R33: steps double at fixed times, up to the configured concurrency', () => {
    let state = probed(paused, 'ran', NOW + 30);
    expect(climb(state, 10, NOW + 79, policy)).toBe(state);
    const steps: number[] = [];
    for (let now = NOW + 80; state.ramp !== undefined; now += 50) {
      state = climb(state, 10, now, policy);
      steps.push(desiredMapping(state, 10).maxConcurrency);
    }
    expect(steps).toEqual([4, 8, 10]);
    expect(phaseOf(state, NOW)).toBe('running');
    expect(climb(state, 10, NOW + 9_999, policy)).toBe(state);
  });

  test('R33: after each step it is unknown again whether its mappings are as desired', () => {
    const known = (state: Supervised) => confirm(state, true);
    const back = probed(paused, 'ran', NOW + 30);
    expect(back.confirmed).toBe(false);
    const higher = climb(known(back), 8, NOW + 80, policy);
    expect([higher.ramp?.step, higher.confirmed]).toEqual([4, false]);
    const full = climb(known(higher), 8, NOW + 130, policy);
    expect([full.ramp, full.confirmed]).toEqual([undefined, false]);
  });

  test('R33: each failed probe doubles the wait, up to the maximum; so does a pause during the ramp', () => {
    const waits: number[] = [];
    let state = paused;
    for (let n = 0; n < 3; n += 1) {
      const now = state.wakeAt;
      state = probed(state, 'failed', now);
      waits.push(state.wakeAt - now);
    }
    expect(waits).toEqual([60, 100, 100]);
    const back = probed(paused, 'ran', NOW + 30);
    const again = pauseLane(back, { at: NOW + 40, why: 'again' }, NOW + 40, policy);
    expect(again.wakeAt).toBe(NOW + 40 + 60);
    expect(again.ramp).toBeUndefined();
  });
});

describe('an operator', () => {
  test('R33: keeps a lane paused, whatever the supervisor or the breaker would do', () => {
    const held = pauseByOperator(paused, who, NOW);
    expect(leaseProbe(held, 'p', NOW + 9_999, policy)).toBe(held);
    expect(kinds(held)).toEqual(['lane-paused', 'lane-paused']);
    expect(held.outbox[1]).toMatchObject({ fact: { actor: 'ada', reason: 'a new server' } });
    const followed = followBreaker(held, { closed: true }, NOW, policy);
    expect(followed.holds.operator).toMatchObject(who);
    expect(pauseByOperator(held, { by: 'bob', why: 'me too' }, NOW)).toBe(held);
  });

  test('R33: a probe on its way changes nothing about an operator’s pause', () => {
    const probing = leaseProbe(paused, 'p', NOW + 30, policy);
    const held = pauseByOperator(probing, who, NOW + 31);
    const ended = endProbe(held, { id: 'p', outcome: 'ran' }, NOW + 32, policy);
    expect(Object.keys(ended.holds)).toEqual(['operator']);
    expect(desiredMapping(ended, 9).enabled).toBe(false);
  });

  test('resumes a healthy lane at once, and others by steps', () => {
    const well = resumeByOperator(pauseByOperator(running, who, NOW), who, NOW + 5);
    expect(phaseOf(well, NOW + 5)).toBe('running');
    expect(well.outbox.at(-1)).toMatchObject({ fact: { kind: 'lane-resumed', actor: 'ada' } });
    expect(phaseOf(resumeByOperator(paused, who, NOW), NOW)).toBe('ramping');
    const both = resumeByOperator(pauseByOperator(paused, who, NOW), who, NOW + 5);
    expect(phaseOf(both, NOW + 5)).toBe('ramping');
    expect(resumeByOperator(running, who, NOW)).toBe(running);
  });

  test('R33: a hold that ends beside another one resumes nothing', () => {
    const both = pauseByOperator(paused, who, NOW);
    const held = probed(
      pauseByOperator(leaseProbe(paused, 'p', NOW + 30, policy), who, NOW + 31),
      'ran',
      NOW + 32,
    );
    expect(held).toMatchObject({ holds: { operator: who }, ramp: undefined });
    expect(kinds(held)).toEqual(['lane-paused', 'lane-paused']);
    const resumed = resumeByOperator(both, who, NOW + 5);
    expect(kinds(resumed)).toEqual(['lane-paused', 'lane-paused', 'lane-resumed']);
  });

  test('R40: is named in the fact, also one who is called operator', () => {
    const held = pauseByOperator(running, { ...who, by: 'operator' }, NOW);
    expect(held.outbox).toMatchObject([{ fact: { actor: 'operator' } }]);
    expect(paused.outbox).toEqual([
      { kind: 'audit', fact: expect.not.objectContaining({ actor: expect.anything() }) },
    ]);
  });
});

describe('the breaker that a lane is linked to', () => {
  const linked = followBreaker(running, open, NOW, policy);

  test('pauses it when open for more than two minutes, not for exactly two', () => {
    expect(isHeld(followBreaker(linked, open, NOW + 120, policy))).toBe(false);
    const held = followBreaker(linked, open, NOW + 121, policy);
    expect(held.holds.breaker?.why).toBe('its breaker is open for more than 0 s');
    expect(held.wakeAt).toBe(NOW + 200);
  });

  test('a failed probe does not restart the two minutes; a closed phase does', () => {
    const reopened: BreakerSeen = { ...open, since: NOW + 100, first: false };
    expect(isHeld(followBreaker(linked, reopened, NOW + 121, policy))).toBe(true);
    expect(isHeld(followBreaker(linked, { ...reopened, first: true }, NOW + 121, policy))).toBe(
      false,
    );
    // First seen when it had opened again already.
    expect(followBreaker(running, reopened, NOW + 101, policy).breakerSince).toBe(NOW + 100);
  });

  test('the next probe is due when the server may be called again; closing wakes the lane', () => {
    const held = confirm(followBreaker(linked, open, NOW + 121, policy), true);
    const later: BreakerSeen = { ...open, first: false, openUntil: NOW + 400 };
    const follows = followBreaker(held, later, NOW + 200, policy);
    expect(follows.wakeAt).toBe(NOW + 400);
    expect(followBreaker(follows, later, NOW + 300, policy)).toBe(follows);
    // Only its closing ends the pause, not a successful probe.
    const ran = probed(follows, 'ran', NOW + 400);
    expect(isHeld(ran)).toBe(true);
    const closed = followBreaker(ran, { closed: true }, NOW + 401, policy);
    expect(phaseOf(closed, NOW + 401)).toBe('ramping');
    expect(closed.breakerSince).toBeUndefined();
    expect(kinds(closed)).toEqual(['lane-paused', 'lane-resumed']);
    expect(followBreaker(running, { closed: true }, NOW, policy)).toBe(running);
  });

  test('neither hurries nor releases a lane that the supervisor paused', () => {
    const dead = { ...paused, wakeAt: NOW + 5_000 };
    const both = followBreaker(followBreaker(dead, open, NOW, policy), open, NOW + 121, policy);
    expect(Object.keys(both.holds)).toEqual(['supervisor', 'breaker']);
    expect(both.wakeAt).toBe(NOW + 5_000);
    expect(both.confirmed).toBe(true);
    const later = followBreaker(both, { ...open, openUntil: NOW + 900 }, NOW + 300, policy);
    expect(later.wakeAt).toBe(NOW + 5_000);
    const closed = followBreaker(later, { closed: true }, NOW + 301, policy);
    expect(Object.keys(closed.holds)).toEqual(['supervisor']);
  });
});

test('R31 R33: whatever happens, only an operator ends an operator’s pause, and nobody probes meanwhile', () => {
  const step = fc.constantFrom(
    (s: Supervised, now: number) => pauseLane(s, { at: now, why: 'died' }, now, policy),
    (s: Supervised, now: number) => followBreaker(s, { ...open, since: now - 500 }, now, policy),
    (s: Supervised, now: number) => followBreaker(s, { closed: true }, now, policy),
    (s: Supervised, now: number) => leaseProbe(s, `p-${now}`, now, policy),
    (s: Supervised, now: number) =>
      endProbe(s, { id: s.probe?.id ?? '', outcome: 'ran' }, now, policy),
    (s: Supervised, now: number) =>
      endProbe(s, { id: s.probe?.id ?? '', outcome: 'failed' }, now, policy),
    (s: Supervised, now: number) => climb(s, 16, now, policy),
    (s: Supervised) => confirm(s, true),
    (s: Supervised) => confirm(s, false),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.nat(39), (steps, when) => {
      let state = running;
      for (const [n, act] of steps.entries()) {
        const now = NOW + n * 40;
        if (n === when) state = pauseByOperator(state, who, now);
        const before = state;
        state = act(state, now);
        if (n < when) continue;
        expect(state.holds.operator).toBeDefined();
        expect(desiredMapping(state, 16).enabled).toBe(false);
        if (before.probe === undefined) expect(state.probe).toBeUndefined();
      }
    }),
    { numRuns: 500 },
  );
});

describe('R50: a lane with several servers', () => {
  const later: BreakerSeen = { closed: false, since: NOW + 5, first: false, openUntil: NOW + 90 };

  test('continues while one of them works', () => {
    expect(breakersTogether([open, { closed: true }])).toEqual({ closed: true });
    expect(breakersTogether([{ closed: true }])).toEqual({ closed: true });
    expect(breakersTogether([])).toEqual({ closed: true });
  });

  test('is paused from when the last of them opened until the first may be called again', () => {
    expect(breakersTogether([open])).toEqual(open);
    for (const both of [
      [open, later],
      [later, open],
    ]) {
      expect(breakersTogether(both)).toEqual({ ...later, openUntil: NOW + 90 });
    }
  });
});

test('R33: an operator who explains at length leaves a state that can be read again', () => {
  const wordy = { by: 'ada'.repeat(100), why: 'long '.repeat(1_000) };
  const held = pauseByOperator(running, wordy, NOW);
  const back = resumeByOperator(held, wordy, NOW + 1);
  const facts = back.outbox.flatMap((effect) => (effect.kind === 'audit' ? [effect.fact] : []));
  expect(facts.map(({ kind }) => kind)).toEqual(['lane-paused', 'lane-resumed']);
  for (const fact of facts) expect(auditFactSchema.parse(fact)).toEqual(fact);
});
