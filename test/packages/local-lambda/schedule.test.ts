import { expect, test } from 'vitest';
import type { AsyncInvocations } from '../../../packages/local-lambda/lambda/async-invocations.ts';
import type { FunctionSpec } from '../../../packages/local-lambda/lambda/function-spec.ts';
import { type Clock, startSchedule } from '../../../packages/local-lambda/schedule.ts';
import type { RulePlan } from '../../../packages/local-lambda/template/plan.ts';

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

/** Fires the rules at one function, `work`, which reports its events. */
function fired(...rules: RulePlan[]) {
  const clock = manualClock();
  const events: unknown[] = [];
  const messages: string[] = [];
  const asyncInvocations: AsyncInvocations = {
    invoke: (_, payload) => void events.push(JSON.parse(payload)),
    pending: () => 0,
    stop: () => {},
  };
  const spec: FunctionSpec = {
    name: 'work',
    arn: WORK_ARN,
    handler: 'handler.handler',
    codeDirectory: '/code',
    timeoutMs: 3000,
    memoryMb: 128,
    reservedConcurrency: Number.POSITIVE_INFINITY,
    logGroup: '/aws/lambda/work',
    variables: {},
    configured: {},
  };
  const functions = new Map([['work', spec]]);
  const schedule = startSchedule(rules, clock, {
    functions,
    asyncInvocations,
    sendMessage: (queue, body) => void messages.push(`${queue} ${body}`),
  });
  return {
    events,
    messages,
    stop: schedule.stop,
    advance: clock.advance,
  };
}

test('a minute rule fires each minute, with the event of EventBridge, until stopped', () => {
  const { advance, events, stop } = fired(rule({}));
  advance(59_999);
  expect(events).toEqual([]);
  advance(1);
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
  advance(120_000);
  expect(events).toHaveLength(3);
  stop();
  advance(120_000);
  expect(events).toHaveLength(3);
});

test('a rule’s rate, input and state are respected', () => {
  const { advance, events } = fired(
    rule({
      ScheduleExpression: 'rate(5 minutes)',
      Targets: [{ Arn: WORK_ARN, Input: '{"own":1}' }],
    }),
    rule({ State: 'DISABLED' }),
  );
  advance(300_000);
  expect(events).toEqual([{ own: 1 }]);
});

test('a queue can be a target too, and gets the input unchanged', () => {
  const Arn = 'arn:aws:sqs:us-east-1:000000000000:incident';
  const { advance, events, messages } = fired(
    rule({ Targets: [{ Arn, Input: '{"wake":"minute"}' }, { Arn: WORK_ARN }] }),
  );
  advance(60_000);
  expect(messages).toEqual(['incident {"wake":"minute"}']);
  expect(events).toHaveLength(1);
});

test('a rule whose target is not in the template is refused', () => {
  expect(() => fired(rule({ Targets: [{ Arn: 'arn:aws:lambda:x:y:function:gone' }] }))).toThrow(
    'minute: no function arn:aws:lambda:x:y:function:gone',
  );
});
