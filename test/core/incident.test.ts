import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Incident,
  incidentKey,
  isGoingOn,
  openedByCrashes,
  openedByEscalation,
} from '../../core/incident.ts';
import type { CrashEvent } from '../../core/messages.ts';
import { crash, NOW, opened, policy, three } from './incident-support.ts';

const open = (latest: Incident | undefined, crashes: readonly CrashEvent[], now = NOW) =>
  openedByCrashes('validate', latest, crashes, now, policy);

describe('crashes', () => {
  test('R20: too few, or too far apart, open nothing', () => {
    expect(open(undefined, three.slice(1))).toBeUndefined();
    expect(open(undefined, [crash('x', 0), ...three.slice(1)])).toBeUndefined();
  });

  test('R20: enough open one incident, with the evidence of the window', () => {
    expect(open(undefined, three)).toEqual({
      scope: 'validate',
      number: 1,
      status: 'open',
      cause: 'crashes',
      openedAt: NOW,
      windowMs: 1_000,
      countedAt: NOW,
      spentUntil: -1,
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

  test('R20: those of a resolved incident are spent, later ones open the next', () => {
    const latest = opened({ status: 'resolved', resolved: { at: 1_000, by: 'me', why: 'fixed' } });
    expect(open(latest, three)).toBeUndefined();
    const later = three.map(({ id, at }) => crash(`later-${id}`, at + 1_000));
    const next = open(latest, [...three, ...later]);
    expect(next).toMatchObject({ number: 2, spentUntil: 1_000, crashes: 3, firstCrashAt: 1_100 });
    expect(incidentKey({ scope: 'validate', number: 2 })).toBe('validate#2');
  });

  test('R20: however they are split and ordered over deliveries, one incident opens if any window is full', () => {
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
    expect(openedByEscalation(escalation, undefined, NOW, policy)).toMatchObject({
      scope: 'supervisor:application',
      cause: 'escalation',
      why: '4 in 5 s',
      crashes: 0,
      firstCrashAt: 7_000,
      lastCrashAt: 7_000,
    });
  });

  test('R31: told again it opens no other, neither while it is open nor after', () => {
    const first = openedByEscalation(escalation, undefined, NOW, policy);
    expect(openedByEscalation(escalation, first, NOW, policy)).toBeUndefined();
    const resolved = { at: 8_000, by: 'me', why: 'resumed' };
    const over = first && { ...first, status: 'resolved' as const, resolved };
    expect(openedByEscalation(escalation, over, NOW, policy)).toBeUndefined();
    expect(openedByEscalation({ ...escalation, at: 8_001 }, over, NOW, policy)?.number).toBe(2);
  });
});
