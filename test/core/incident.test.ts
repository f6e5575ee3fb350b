import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  AUDIENCES,
  type CrashesSeen,
  decideIncident,
  deduplicationKey,
  type Incident,
  type IncidentState,
  told,
} from '../../core/incident.ts';
import type { CrashEvent } from '../../core/messages.ts';

const NOW = 10_000_000;
const policy = { crashesToOpen: 3, windowMs: 1_000 };

function crash(id: string, at: number, kind: CrashEvent['kind'] = 'timeout'): CrashEvent {
  return { id, at, kind, component: 'validate', requestId: id };
}

function seen(...crashes: CrashEvent[]): CrashesSeen {
  return { scope: 'validate', around: crashes, fresh: crashes };
}

const three = [crash('a', 100), crash('b', 500, 'exit'), crash('c', 1_000)];

function opened(): Incident {
  const { latest } = decideIncident({}, seen(...three), NOW, policy).state;
  if (latest === undefined) throw new Error('not opened');
  return latest;
}

test('R20: a death that another observer told before does not make an open incident grow', () => {
  const state = { latest: opened() };
  const again = crash('c', 1_300);
  const other = [crash('d', 1_400), crash('d', 1_450)];
  const around = [...three, again, ...other];
  const grown = decideIncident(
    state,
    { scope: 'validate', around, fresh: [again, ...other] },
    NOW,
    policy,
  );
  expect(grown.state.latest?.crashes).toBe(4);
  const told = { scope: 'validate', around: [...three, again], fresh: [again] };
  expect(decideIncident(state, told, NOW, policy).state).toBe(state);
});

describe('opening', () => {
  test('R20: too few, or too far apart, open nothing, and the state is the same object', () => {
    const state: IncidentState = {};
    for (const crashes of [three.slice(1), [crash('x', 0), ...three.slice(1)]]) {
      const decision = decideIncident(state, seen(...crashes), NOW, policy);
      expect(decision).toEqual({ state: {}, effects: [] });
      expect(decision.state).toBe(state);
    }
  });

  test('R20 R21: enough open one incident, and both audiences are to be told', () => {
    expect(decideIncident({}, seen(...three), NOW, policy)).toEqual({
      state: {
        latest: {
          scope: 'validate',
          number: 1,
          status: 'open',
          openedAt: NOW,
          firstCrashAt: 100,
          lastCrashAt: 1_000,
          crashes: 3,
          kinds: { timeout: 2, exit: 1 },
          toldAt: {},
          version: 1,
        },
      },
      effects: AUDIENCES.map((audience) => ({ kind: 'tell', audience })),
    });
  });

  test('R20: late events count by their own time', () => {
    const fresh = [crash('c', 1_000)];
    const decision = decideIncident({}, { ...seen(...three), fresh }, NOW + 86_400_000, policy);
    expect(decision.state.latest?.number).toBe(1);
  });
});

describe('while it is open', () => {
  test('R20: further crashes only make it grow', () => {
    const latest = opened();
    const more = [crash('d', 50, 'exit'), crash('e', 1_200)];
    const { state } = decideIncident({ latest }, seen(...more), NOW, policy);
    expect(state.latest).toEqual({
      ...latest,
      lastCrashAt: 1_200,
      crashes: 5,
      kinds: { timeout: 3, exit: 2 },
      version: 2,
    });
  });

  test('an acknowledged incident is as open as before', () => {
    const latest: Incident = { ...opened(), status: 'acknowledged' };
    const { state } = decideIncident({ latest }, seen(...three), NOW, policy);
    expect(state.latest?.number).toBe(1);
  });

  test('R21: a redelivery changes nothing, but tells whom nobody has told', () => {
    const state = { latest: told(opened(), 'oncall', NOW + 5) };
    const again = decideIncident(state, { ...seen(...three), fresh: [] }, NOW, policy);
    expect(again.state).toBe(state);
    expect(again.effects).toEqual([{ kind: 'tell', audience: 'management' }]);
  });

  test('R21: when all are told there is nothing to do', () => {
    const latest = told(told(opened(), 'oncall', NOW), 'management', NOW);
    expect(latest.version).toBe(3);
    expect(decideIncident({ latest }, seen(), NOW, policy).effects).toEqual([]);
  });
});

describe('after it was resolved', () => {
  const latest: Incident = { ...opened(), status: 'resolved', resolvedAt: 1_000 };

  test('the crashes it was about open no other', () => {
    const state = { latest };
    const decision = decideIncident(state, seen(...three), NOW, policy);
    expect(decision).toEqual({ state, effects: [] });
  });

  test('R20: later ones open the next, with a key of its own', () => {
    const later = three.map(({ id, at }) => crash(`later-${id}`, at + 2_000));
    const { state } = decideIncident({ latest }, seen(...three, ...later), NOW, policy);
    expect(state.latest).toMatchObject({ number: 2, status: 'open', firstCrashAt: 2_100 });
    expect(deduplicationKey({ scope: 'validate', number: 2 })).toBe('validate#2');
  });

  test('one without a time of resolution lets all crashes count', () => {
    const undated: Incident = { ...latest, resolvedAt: undefined };
    const { state } = decideIncident({ latest: undated }, seen(...three), NOW, policy);
    expect(state.latest?.number).toBe(2);
  });
});

test('R20: however the crashes are split and ordered over deliveries, one incident opens if any window is full', () => {
  const crashes = fc.uniqueArray(
    fc.record({ id: fc.uuid(), at: fc.nat(4_000) }).map(({ id, at }) => crash(id, at)),
    { selector: ({ id }) => id, maxLength: 12 },
  );
  fc.assert(
    fc.property(crashes, (events) => {
      let state: IncidentState = {};
      const recorded: CrashEvent[] = [];
      for (const event of events) {
        recorded.push(event);
        const around = recorded.filter(({ at }) => Math.abs(at - event.at) <= policy.windowMs);
        state = decideIncident(
          state,
          { scope: 'validate', around, fresh: [event] },
          NOW,
          policy,
        ).state;
      }
      const full = events.some(
        ({ at: t }) =>
          events.filter(({ at }) => at > t - policy.windowMs && at <= t).length >=
          policy.crashesToOpen,
      );
      expect(state.latest?.number).toBe(full ? 1 : undefined);
    }),
  );
});
