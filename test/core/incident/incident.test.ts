import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Incident,
  incidentKey,
  incidentsOver,
  isGoingOn,
  openedByCrashes,
  openedByEscalation,
} from '../../../core/incident/incident.ts';
import type { CrashEvent } from '../../../core/message/messages.ts';
import { crash, NOW, opened, policy, three } from './incident-support.ts';

const open = (latest: Incident | undefined, crashes: readonly CrashEvent[], now = NOW) =>
  openedByCrashes('validate', latest, crashes, now, policy);

describe('crashes of one scope', () => {
  test('R20: too few, or too far apart, open nothing', () => {
    expect(open(undefined, three.slice(1))).toBeUndefined();
    expect(open(undefined, [crash('x', 0), ...three.slice(1)])).toBeUndefined();
  });

  test('R20: enough open one incident, with the evidence of the window', () => {
    expect(open(undefined, three)).toEqual({
      scope: 'validate',
      number: 1,
      known: ['no-lane/exit', 'no-lane/timeout'],
      status: 'open',
      cause: 'crashes',
      openedAt: NOW,
      windowMs: 1_000,
      countedAt: NOW,
      spent: undefined,
      crashes: 3,
      more: false,
      messages: 0,
      kinds: { timeout: 2, exit: 1 },
      fingerprints: [],
      lanes: [],
      firstCrashAt: 100,
      lastCrashAt: 1_000,
      clocks: { hipaaNoticeBy: '1970-03-02', anpdNoticeBy: '1970-01-06' },
      done: {},
      version: 1,
    });
  });

  test('R20: late events count by their own time', () => {
    expect(open(undefined, three, NOW + 86_400_000)?.number).toBe(1);
  });

  test.each(['open', 'acknowledged'] as const)('R20: while one is %s, no other opens', (status) => {
    expect(isGoingOn(opened({ status }))).toBe(true);
    expect(open(opened({ status }), three)).toBeUndefined();
  });

  const by = (latest: Incident, how: Partial<Incident['resolved']>) =>
    ({ ...latest, status: 'resolved', resolved: { ...said, ...how } }) as const;
  const said = { at: 5_000, by: 'me', why: 'fixed' };
  const told = (incidentsOver: number | undefined, from: number) =>
    three.map((one) => ({
      ...one,
      id: `${incidentsOver}-${one.id}`,
      at: one.at + from,
      incidentsOver,
    }));

  test('R20: what an operator resolved has spent everything that was recorded by then, and nothing else', () => {
    const latest = by(opened(), {});
    expect(open(latest, told(0, 0))).toBeUndefined();
    // By the operator's clock these come after the resolution, but that clock is wrong.
    expect(open(latest, told(0, 9_000))).toBeUndefined();
    const next = open(latest, [...told(0, 0), ...told(1, 0)]);
    expect(next).toMatchObject({ number: 2, crashes: 3, firstCrashAt: 100 });
    expect(next?.spent).toEqual({ incident: 1, resolvedAt: 5_000, quietSince: undefined });
    expect(incidentKey({ scope: 'validate', number: 2 })).toBe('validate#2');
  });

  test('R20: a quiet resolution does not spend the crashes of its quiet period', () => {
    const latest = by(opened(), { quietSince: 3_000 });
    expect(open(latest, told(0, 2_000))).toBeUndefined();
    expect(open(latest, told(0, 2_901))?.number).toBe(2);
  });

  test('R20: late crashes from inside the resolved period open the next only if they alone are enough', () => {
    const latest = by(opened(), { quietSince: 3_000 });
    expect(open(latest, [...told(0, 0), ...told(1, 0).slice(1)])).toBeUndefined();
    expect(open(latest, [...told(0, 0), ...told(1, 0)])).toMatchObject({ number: 2, crashes: 3 });
  });

  test('R20: a spent crash that another observer reports later stays spent', () => {
    const late = three.map((one) => ({ ...one, at: one.at + 1, incidentsOver: 1 }));
    const recorded = three.map((one) => ({ ...one, incidentsOver: 0 }));
    expect(open(by(opened(), {}), [...recorded, ...late])).toBeUndefined();
  });

  test('R20: records of older versions do not say when they were made; their time decides', () => {
    expect(open(by(opened(), {}), told(undefined, 4_000))).toBeUndefined();
    // The first of these three is at the time of the resolution.
    expect(open(by(opened(), {}), told(undefined, 4_900))).toBeUndefined();
    expect(open(by(opened(), {}), told(undefined, 4_901))?.number).toBe(2);
  });

  test('R20: however crashes are split and ordered over deliveries, one incident opens if any window is full', () => {
    const crashes = fc.uniqueArray(
      fc.record({ id: fc.uuid(), at: fc.nat(4_000) }).map(({ id, at }) => crash(id, at)),
      { selector: ({ id }) => id, maxLength: 12 },
    );
    fc.assert(
      fc.property(crashes, (events) => {
        let latest: Incident | undefined;
        const recorded: CrashEvent[] = [];
        for (const event of events) {
          recorded.push(event);
          const around = recorded.filter(({ at }) => Math.abs(at - event.at) <= policy.windowMs);
          latest = open(latest, around) ?? latest;
        }
        const full = events.some(
          ({ at: t }) =>
            events.filter(({ at }) => at > t - policy.windowMs && at <= t).length >=
            policy.crashesToOpen,
        );
        expect(latest?.number).toBe(full ? 1 : undefined);
      }),
    );
  });
});

describe('an escalation', () => {
  const escalation = { scope: 'supervisor:application', at: 7_000, why: '4 in 5 s', id: 'e-1' };

  test('R31: opens an incident at once, without a crash', () => {
    expect(openedByEscalation(escalation, 0, undefined, NOW, policy)).toMatchObject({
      scope: 'supervisor:application',
      cause: 'escalation',
      why: '4 in 5 s',
      crashes: 0,
      firstCrashAt: 7_000,
    });
  });

  test('R31: published again, opens no other, neither while it is open nor after', () => {
    const first = openedByEscalation(escalation, 0, undefined, NOW, policy);
    expect(openedByEscalation(escalation, 0, first, NOW, policy)).toBeUndefined();
    const resolved = { at: 8_000, by: 'me', why: 'resumed' };
    const over = first && { ...first, status: 'resolved' as const, resolved };
    expect(openedByEscalation(escalation, 0, over, NOW, policy)).toBeUndefined();
  });

  test('R20 R31: opens the next if it was not recorded before the resolution, however late it is', () => {
    const resolved = { at: 8_000, by: 'me', why: 'resumed' };
    const over = opened({ status: 'resolved', resolved });
    expect(openedByEscalation(escalation, 1, over, NOW, policy)?.number).toBe(2);
  });
});

test('R20: how many incidents are over is counted', () => {
  expect(incidentsOver(undefined)).toBe(0);
  expect(incidentsOver(opened({ number: 3 }))).toBe(2);
  expect(incidentsOver(opened({ number: 3, status: 'resolved' }))).toBe(3);
});
