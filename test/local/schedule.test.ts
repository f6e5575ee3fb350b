import { expect, test } from 'vitest';
import type { FunctionSpec } from '../../local/lambda/function-spec.ts';
import type { LambdaHost } from '../../local/lambda/host.ts';
import { type Clock, startSchedule } from '../../local/schedule.ts';
import type { RulePlan } from '../../local/template/plan.ts';

const WORK_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:work';

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
      Targets: [{ Arn: WORK_ARN }],
      ...properties,
    },
  };
}

/** Fires the rules at one function, `work`, that tells what it got. */
function fired(...rules: RulePlan[]) {
  const clock = manualClock();
  const events: unknown[] = [];
  const host: LambdaHost = {
    async acquire() {
      return {
        async invoke(payload) {
          events.push(JSON.parse(payload));
          return { status: 'success', payload: 'null' };
        },
        giveBack: () => {},
      };
    },
    environments: () => [],
    stop: async () => {},
  };
  const spec: FunctionSpec = {
    name: 'work',
    arn: WORK_ARN,
    handler: 'handler.handler',
    codeDirectory: '/code',
    timeoutMs: 3000,
    memoryMb: 128,
    reservedConcurrency: Number.POSITIVE_INFINITY,
    variables: {},
  };
  const functions = new Map([['work', spec]]);
  const schedule = startSchedule(rules, clock, { functions, host });
  return {
    events,
    stop: schedule.stop,
    /** Moves the clock and lets the invocations due arrive. */
    async advance(ms: number): Promise<void> {
      clock.advance(ms);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test('a minute rule fires each minute, with the event of EventBridge, until stopped', async () => {
  const { advance, events, stop } = fired(rule({}));
  await advance(59_999);
  expect(events).toEqual([]);
  await advance(1);
  expect(events).toEqual([
    {
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
  ]);
  await advance(120_000);
  expect(events).toHaveLength(3);
  stop();
  await advance(120_000);
  expect(events).toHaveLength(3);
});

test('the rate, the input and the state of a rule are kept to', async () => {
  const { advance, events } = fired(
    rule({
      ScheduleExpression: 'rate(5 minutes)',
      Targets: [{ Arn: WORK_ARN, Input: '{"own":1}' }],
    }),
    rule({ State: 'DISABLED' }),
  );
  await advance(300_000);
  expect(events).toEqual([{ own: 1 }]);
});

test('a rule whose target is not in the template is refused', () => {
  expect(() => fired(rule({ Targets: [{ Arn: 'arn:aws:lambda:x:y:function:gone' }] }))).toThrow(
    'minute: no function arn:aws:lambda:x:y:function:gone',
  );
});
