import { expect, test } from 'vitest';
import { type Clock, startSchedule } from '../../local/schedule.ts';
import type { RulePlan } from '../../local/template/plan.ts';

/** A clock that moves when told to. */
function manualClock(): Clock & { advance(ms: number): void } {
  let now = Date.UTC(2026, 0, 1);
  const timers = new Set<{ ms: number; next: number; tick: () => void }>();
  return {
    now: () => now,
    every(ms, tick) {
      const timer = { ms, next: now + ms, tick };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      now += ms;
      for (const timer of timers) {
        for (; timer.next <= now; timer.next += timer.ms) timer.tick();
      }
    },
  };
}

function rule(properties: Partial<RulePlan['properties']>): RulePlan {
  return {
    logicalId: 'Rule',
    name: 'minute',
    properties: {
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      Targets: [{ Arn: 'arn:fn' }],
      ...properties,
    },
  };
}

function fired(...rules: RulePlan[]) {
  const clock = manualClock();
  const events: { target: string; event: unknown }[] = [];
  const schedule = startSchedule(rules, clock, (target, payload) => {
    events.push({ target, event: JSON.parse(payload) });
  });
  return { clock, events, schedule };
}

test('a minute rule fires each minute, with the event of EventBridge, until stopped', () => {
  const { clock, events, schedule } = fired(rule({}));
  clock.advance(59_999);
  expect(events).toEqual([]);
  clock.advance(1);
  expect(events).toEqual([
    {
      target: 'arn:fn',
      event: {
        version: '0',
        id: expect.any(String),
        'detail-type': 'Scheduled Event',
        source: 'aws.events',
        account: '000000000000',
        time: '2026-01-01T00:01:00Z',
        region: 'us-east-1',
        resources: ['arn:aws:events:us-east-1:000000000000:rule/minute'],
        detail: {},
      },
    },
  ]);
  clock.advance(120_000);
  expect(events).toHaveLength(3);
  schedule.stop();
  clock.advance(120_000);
  expect(events).toHaveLength(3);
});

test('the rate, the input and the state of a rule are kept to', () => {
  const { clock, events } = fired(
    rule({ ScheduleExpression: 'rate(5 minutes)', Targets: [{ Arn: 'a', Input: '{"own":1}' }] }),
    rule({ State: 'DISABLED' }),
  );
  clock.advance(300_000);
  expect(events).toEqual([{ target: 'a', event: { own: 1 } }]);
});
