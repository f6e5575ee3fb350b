import { describe, expect, test } from 'vitest';
import { type MinuteFaults, NO_MINUTE_FAULTS, wakeEachMinute } from '../../simulation/minute.ts';
import { Scheduler } from '../../simulation/scheduler.ts';
import { NO_QUEUE_FAULTS } from '../../simulation/sqs/message.ts';
import { Sqs } from '../../simulation/sqs/sqs.ts';

const RULE = {
  logicalId: 'Minute',
  name: 'minute',
  properties: {
    ScheduleExpression: 'rate(1 minute)',
    State: 'ENABLED' as const,
    Targets: [
      { Arn: 'arn:aws:sqs:us-east-1:0:q', Input: '{"wake":"minute"}' },
      { Arn: 'arn:aws:lambda:us-east-1:0:function:f' },
    ],
  },
};

async function wokenIn(
  minutes: number,
  faults: Partial<MinuteFaults> = {},
  isIdle: () => boolean = () => false,
  isOut: () => boolean = () => false,
) {
  const scheduler = new Scheduler(1);
  const around = { scheduler, random: scheduler.random };
  const sqs = new Sqs({ ...around, faults: () => NO_QUEUE_FAULTS, tell: () => undefined });
  const rest = { visibilityMs: 1, retentionMs: 1e9, delayMs: 0 };
  const queue = sqs.create({ ...rest, name: 'q', arn: 'arn:q', isFifo: false });
  const invoked: number[] = [];
  const surroundings = {
    ...around,
    faults: () => ({ ...NO_MINUTE_FAULTS, ...faults }),
    ...{ isIdle, isOut },
    queue: (arn: string) => sqs.queue(arn),
    invoke: () => invoked.push(scheduler.now - scheduler.startedAt),
  };
  wakeEachMinute([RULE], surroundings);
  await scheduler.run(() => false, scheduler.startedAt + minutes * 60_000 + 59_000);
  return { invoked, queued: [...queue.messages].map(({ body }) => body) };
}

describe("EventBridge's minute", () => {
  test('wakes queues and functions once a minute', async () => {
    const { invoked, queued } = await wokenIn(3);
    expect(queued).toEqual(Array.from({ length: 3 }, () => '{"wake":"minute"}'));
    expect(invoked.map((ms) => Math.floor(ms / 60_000))).toEqual([1, 2, 3]);
  });

  test('leaves most minutes out while nothing waits anywhere', async () => {
    const { invoked } = await wokenIn(12, {}, () => true);
    expect(invoked.map((ms) => Math.floor(ms / 60_000))).toEqual([5, 10]);
  });

  test('wakes nobody while it is out', async () => {
    const always = () => true;
    expect((await wokenIn(3, {}, () => false, always)).invoked).toEqual([]);
  });

  test('may be missed, repeated and late', async () => {
    expect((await wokenIn(10, { missed: 1 })).invoked).toEqual([]);
    expect((await wokenIn(10, { twice: 1 })).invoked.length).toBe(20);
    const late = (await wokenIn(10, { lateMs: 50_000 })).invoked.map((ms) => ms % 60_000);
    expect(Math.max(...late)).toBeGreaterThan(20_000);
  });
});
