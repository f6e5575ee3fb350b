import type { SQSEvent } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import type { Host } from '../../../simulation/host.ts';
import { EventSource } from '../../../simulation/lambda/event-source.ts';
import { LambdaFunction } from '../../../simulation/lambda/function.ts';
import {
  type FunctionFaults,
  type Handler,
  NO_FUNCTION_FAULTS,
} from '../../../simulation/lambda/function-plan.ts';
import { Scheduler } from '../../../simulation/scheduler.ts';
import { NO_QUEUE_FAULTS, type Sent } from '../../../simulation/sqs/message.ts';
import { Sqs } from '../../../simulation/sqs/sqs.ts';

const SENT: Sent = {
  body: 'b',
  attributes: {},
  groupId: undefined,
  deduplicationId: undefined,
  senderId: 'AROA:x',
  delaySeconds: undefined,
};

interface Options {
  readonly faults?: Partial<FunctionFaults>;
  readonly batchSize?: number;
  readonly mappingMax?: number;
  readonly functionMax?: number;
  readonly isFifo?: boolean;
  readonly fewer?: number;
}

function lane(handle: (event: SQSEvent, host: Host) => Promise<unknown>, options: Options = {}) {
  const { faults = {}, batchSize = 10, mappingMax = 100, functionMax = 100 } = options;
  const { isFifo = false, fewer = 0 } = options;
  const scheduler = new Scheduler(1);
  const sqs = new Sqs({
    scheduler,
    random: scheduler.random,
    faults: () => NO_QUEUE_FAULTS,
    tell: () => undefined,
  });
  const plan = { isFifo, visibilityMs: 30_000, retentionMs: 1e9, delayMs: 0 };
  const queue = sqs.create({ ...plan, name: 'q', arn: 'arn:aws:sqs:x:0:q' });
  const loaded: number[] = [];
  const load = (host: Host, deployment: number): Handler => {
    loaded.push(deployment);
    return (event) => handle(event as SQSEvent, host);
  };
  const target = new LambdaFunction(
    { name: 'f', timeoutMs: 10_000, concurrencyMax: functionMax, load },
    {
      scheduler,
      faults: () => ({ ...NO_FUNCTION_FAULTS, ...faults }),
      tell: () => undefined,
    },
  );
  const mapping = {
    uuid: 'm',
    queue,
    target,
    batchSize,
    windowMs: 1_000,
    concurrencyMax: mappingMax,
  };
  const source = new EventSource(
    { ...mapping, reportsFailures: true },
    scheduler,
    () => undefined,
    () => fewer,
  );
  const send = (count: number, body = SENT.body) => {
    for (let sent = 0; sent < count; sent += 1) {
      const one = { ...SENT, body };
      queue.send(isFifo ? { ...one, groupId: 'g', deduplicationId: String(sent) } : one);
    }
  };
  const untilEmpty = () => scheduler.run(() => queue.size === 0, scheduler.now + 3_600_000);
  const elapsed = () => scheduler.now - scheduler.startedAt;
  return { scheduler, queue, target, source, send, untilEmpty, elapsed, loaded };
}

describe('an event source', () => {
  test('delivers batches, and deletes what was done', async () => {
    const sizes: number[] = [];
    const { send, untilEmpty } = lane(async ({ Records }, host) => {
      sizes.push(Records.length);
      await host.pause(50);
    });
    send(25);
    expect(await untilEmpty()).toBe(true);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(25);
    expect(Math.max(...sizes)).toBe(10);
  });

  test('returns a message that was reported as failed when its visibility ends', async () => {
    let isFirst = true;
    const { send, untilEmpty, elapsed } = lane(async ({ Records }) => {
      const failed = isFirst ? Records.slice(0, 1) : [];
      isFirst = false;
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    });
    send(5);
    expect(await untilEmpty()).toBe(true);
    expect(elapsed()).toBeGreaterThan(30_000);
  });

  test('returns a whole batch if its function throws, runs out of time or dies', async () => {
    const ends = ['throw', 'hang', 'well'];
    const { send, untilEmpty, target, elapsed } = lane(async (_event, host) => {
      const end = ends.shift();
      if (end === 'throw') throw new Error('bad');
      await host.pause(end === 'hang' ? 60_000 : 1);
    });
    send(3);
    expect(await untilEmpty()).toBe(true);
    expect(elapsed()).toBeGreaterThan(60_000);
    // The one that ran out of time was killed, and the one that threw was used again.
    expect(target.environments).toBe(2);
  });

  test('takes the rest of a group as soon as the first of it is done, and does not look before', async () => {
    const take = async (_: SQSEvent, host: Host) => host.pause(9_000);
    const { send, untilEmpty, elapsed, scheduler } = lane(take, { isFifo: true, batchSize: 1 });
    send(3);
    expect(await untilEmpty()).toBe(true);
    expect(elapsed()).toBeGreaterThanOrEqual(27_000);
    // A cold start, and a window for the last one.
    expect(elapsed()).toBeLessThan(31_000);
    expect(scheduler.count).toBeLessThan(40);
  });

  test('runs as many invocations at a time as the mapping and the function allow', async () => {
    let running = 0;
    let most = 0;
    const handle = async (_event: SQSEvent, host: Host) => {
      running += 1;
      most = Math.max(most, running);
      await host.pause(100);
      running -= 1;
    };
    const first = lane(handle, { batchSize: 1, mappingMax: 3 });
    first.send(50);
    await first.untilEmpty();
    expect(most).toBe(3);
    expect(first.target.environments).toBe(3);
    most = 0;
    const second = lane(handle, { batchSize: 1, functionMax: 2 });
    second.send(10);
    expect(await second.untilEmpty()).toBe(true);
    expect(most).toBe(2);
  });

  test('a throttled invocation spends a receive', async () => {
    const counts: string[] = [];
    const faults = { throttled: 0.5 };
    const { send, untilEmpty } = lane(
      async ({ Records }) => {
        counts.push(...Records.map(({ attributes }) => attributes.ApproximateReceiveCount));
      },
      { faults, batchSize: 1 },
    );
    send(20);
    expect(await untilEmpty()).toBe(true);
    expect(counts.some((count) => Number(count) > 1)).toBe(true);
  });

  test('takes time to be disabled, and accepts no other change meanwhile', async () => {
    const { send, source, scheduler, queue, untilEmpty } = lane(async () => undefined);
    expect(source.change({ enabled: false })).toBe(true);
    expect(source.change({ enabled: true })).toBe(false);
    expect(source.state).toBe('Disabling');
    await scheduler.run(() => source.state === 'Disabled');
    send(3);
    await scheduler.run(() => false);
    expect(queue.size).toBe(3);
    source.change({ enabled: true, concurrencyMax: 1 });
    expect(await untilEmpty()).toBe(true);
    expect(source.concurrencyMax).toBe(1);
  });
});

describe('an environment', () => {
  test('is killed at awaits, and what it began never continues', async () => {
    let finished = 0;
    let begun = 0;
    const { send, untilEmpty, target } = lane(
      async (_event, host) => {
        begun += 1;
        for (let step = 0; step < 3; step += 1) await host.pause(1);
        finished += 1;
      },
      { faults: { killed: 0.1 }, batchSize: 1 },
    );
    send(50);
    expect(await untilEmpty()).toBe(true);
    expect(finished).toBe(50);
    expect(begun).toBeGreaterThan(55);
    expect(target.environments).toBeGreaterThan(5);
  });

  test('R61: continues in a later invocation what it left pending', async () => {
    const late: number[] = [];
    const { send, untilEmpty, scheduler } = lane(
      async (_event, host) => {
        void host.pause(1_000).then(() => late.push(scheduler.now - scheduler.startedAt));
        await host.pause(5);
      },
      { mappingMax: 1 },
    );
    send(1);
    await untilEmpty();
    await scheduler.run(() => false);
    expect(late).toEqual([]);
    scheduler.after(600_000, () => send(1));
    await scheduler.run(() => false);
    expect(late).toHaveLength(1);
    expect(late[0]).toBeGreaterThan(600_000);
  });

  test('of an earlier deployment runs beside the new ones for a minute, and is then replaced', async () => {
    const { send, untilEmpty, scheduler, target, loaded } = lane(async () => undefined, {
      batchSize: 1,
    });
    const again = async () => {
      send(1);
      await untilEmpty();
    };
    await again();
    target.deploy();
    await again();
    expect(loaded).toEqual([0]);
    scheduler.after(60_000, () => undefined);
    await scheduler.run(() => false);
    await again();
    expect(loaded).toEqual([0, 1]);
  });

  test('is filled with what an invocation takes, and sometimes with less', async () => {
    const sizesOf = async (body: string, fewer = 0) => {
      const sizes: number[] = [];
      const { send, untilEmpty } = lane(async ({ Records }) => void sizes.push(Records.length), {
        fewer,
      });
      send(20, body);
      await untilEmpty();
      return sizes;
    };
    expect(await sizesOf('b')).toEqual([10, 10]);
    expect(Math.max(...(await sizesOf('b'.repeat(1_000_000))))).toBe(5);
    const smaller = await sizesOf('b', 1);
    expect(smaller.length).toBeGreaterThan(2);
    expect(smaller.reduce((sum, size) => sum + size)).toBe(20);
  });

  test('of code that is rolled back is another than those of that code before', async () => {
    const { send, untilEmpty, scheduler, target, loaded } = lane(async () => undefined, {
      batchSize: 1,
    });
    const again = async () => {
      send(1);
      await untilEmpty();
      scheduler.after(60_000, () => undefined);
      await scheduler.run(() => false);
    };
    await again();
    target.deploy();
    target.deploy(0);
    await again();
    await again();
    expect(loaded).toEqual([0, 0]);
  });
});
