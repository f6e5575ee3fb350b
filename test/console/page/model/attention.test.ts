import { describe, expect, test } from 'vitest';
import { concernsOf, headline } from '../../../../console/page/model/attention.ts';
import { snapshotOf } from '../support/fake-stage.ts';
import { localStage } from '../support/local-stage.ts';
import { nightStage } from '../support/night.ts';
import { MINUTE, queuesOf, quietStage, runningLane } from '../support/stages.ts';

const T = Date.UTC(2026, 10, 29, 2, 14);
const now = () => T;
const of = (stage: ReturnType<typeof quietStage>) => concernsOf(snapshotOf(stage), T);

describe('what needs somebody', () => {
  test('is nothing if all is well', () => {
    expect(of(quietStage(now))).toEqual([]);
    expect(headline([])).toBe('All is well');
  });

  test('is an open incident; an acknowledged one is listed after it, for information', () => {
    const concerns = of(nightStage(now));
    expect(concerns.map(({ id, level }) => `${level} ${id}`)).toEqual([
      'act incident validate#3',
      'know lane delivery',
      'know breaker fhir-server',
    ]);
    expect(headline(concerns)).toBe('1 thing needs you');
    expect(concerns[0]?.href).toBe('#/incidents/validate%233');
  });

  test('is not an incident that somebody has acknowledged', () => {
    const night = nightStage(now);
    const [open] = night.incidents;
    const incidents = open ? [{ ...open, status: 'acknowledged' as const }] : [];
    const [concern] = of({ ...quietStage(now), incidents });
    expect(concern).toMatchObject({ level: 'know', what: 'Incident validate#3 is acknowledged' });
    expect(headline(concern ? [concern] : [])).toBe('Nothing needs you; 1 thing to know');
  });

  test('is a supervisor that gave up, with its reason', () => {
    const [open] = nightStage(now).incidents;
    const why = 'critical restarted 4 times in 5 s';
    const incidents = open ? [{ ...open, cause: 'escalation' as const, why }] : [];
    expect(of({ ...quietStage(now), incidents })[0]?.why).toBe(why);
  });

  test('is a lane that an operator paused, but not one that is being probed', () => {
    const hold = (holder: 'operator' | 'supervisor') => ({ holder, since: T, why: 'w', by: 'b' });
    const lanes = [
      runningLane('critical', { phase: 'paused', holds: [hold('operator')] }),
      runningLane('background', { phase: 'probing', holds: [hold('supervisor')] }),
      runningLane('delivery', { phase: 'ramping', ramp: { step: 4, since: T } }),
    ];
    const concerns = of({ ...quietStage(now), lanes });
    expect(concerns.map(({ level, what }) => `${level}: ${what}`)).toEqual([
      'act: The lane critical is paused',
      'know: The lane background is paused, and being probed',
      'know: The lane delivery is returning',
    ]);
  });

  test('are dead letters of the kernel, which nothing removes', () => {
    const queues = queuesOf({ 'audit-dead-letter.fifo': { waiting: 2 } });
    const [concern] = of({ ...quietStage(now), queues });
    expect(concern).toMatchObject({
      level: 'act',
      what: 'audit-dead-letter.fifo holds 2 messages',
    });
  });

  test('is a queue whose oldest message has waited too long', () => {
    const queues = queuesOf({ critical: { waiting: 1, oldestAgeMs: 5 * MINUTE } });
    const [concern] = of({ ...quietStage(now), queues });
    expect(concern?.why).toBe('the oldest of 1 message has waited for 5 m 00 s');
  });

  test('is a forced breaker, as long as it is forced', () => {
    const forced = (until: number) => ({
      ...quietStage(now),
      breakers: quietStage(now).breakers.map((breaker) => ({
        ...breaker,
        forced: { until, by: 'ada', why: 'maintenance' },
      })),
    });
    expect(of(forced(T + MINUTE))[0]?.why).toBe('for another 1 m 00 s, by ada: maintenance');
    expect(of(forced(T))).toEqual([]);
  });

  test('is a reader that fails; a missing permission is for information', () => {
    const trouble = (kind: 'failing' | 'no-permission' | 'not-there') => ({
      kind,
      message: 'm',
      since: T,
    });
    const troubles = {
      audit: trouble('no-permission'),
      queues: trouble('failing'),
      breakers: trouble('not-there'),
    };
    const concerns = of({ ...quietStage(now), troubles });
    expect(concerns.map(({ level, what }) => `${level}: ${what}`)).toEqual([
      'act: Not here: the breakers',
      'act: The queues cannot be read',
      'know: The audit log cannot be read',
    ]);
  });

  test('is a stage that is not there, because its name or the region is mistyped', () => {
    const message = 'no queue there: is this stage deployed in this account and region?';
    const trouble = { kind: 'not-there', message, since: T } as const;
    const parts = ['lanes', 'tree', 'breakers', 'incidents', 'audit'] as const;
    const troubles = Object.fromEntries(parts.map((part) => [part, trouble]));
    const concerns = of({ ...quietStage(now), queues: [], unknown: parts, troubles });
    expect(concerns).toMatchObject([
      { level: 'act', what: 'This stage is not here', why: message },
    ]);
    expect(headline(concerns)).toBe('1 thing needs you');
  });

  test('is a deployment that was broken on purpose', () => {
    const stage = localStage(now);
    const functions = [{ name: 'deliver', environments: 0, broken: true }];
    const local = { servers: [], functions };
    expect(of({ ...stage, local })[0]?.what).toBe('deliver is broken');
  });
});
