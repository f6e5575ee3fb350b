import { describe, expect, test } from 'vitest';
import { invokeLater } from '../../../simulation/lambda/async-invocations.ts';
import { LambdaFunction } from '../../../simulation/lambda/function.ts';
import { NO_FUNCTION_FAULTS } from '../../../simulation/lambda/function-plan.ts';
import { Scheduler } from '../../../simulation/scheduler.ts';
import { NO_QUEUE_FAULTS } from '../../../simulation/sqs/message.ts';
import { Sqs } from '../../../simulation/sqs/sqs.ts';

async function invoked(failures: number, throttles = 0, twice = 0) {
  const scheduler = new Scheduler(1);
  const tell = () => undefined;
  const sqs = new Sqs({ scheduler, random: scheduler.random, tell, faults: () => NO_QUEUE_FAULTS });
  const rest = { visibilityMs: 1, retentionMs: 1e9, delayMs: 0 };
  const deadLetters = sqs.create({ ...rest, name: 'd', arn: 'arn:d', isFifo: false });
  const requests: string[] = [];
  let left = throttles;
  const target = new LambdaFunction(
    {
      name: 'f',
      timeoutMs: 1_000,
      concurrencyMax: 10,
      load:
        () =>
        async (_, { awsRequestId }) => {
          requests.push(awsRequestId);
          if (requests.length <= failures) throw new Error('no');
        },
    },
    {
      scheduler,
      faults: () => ({ ...NO_FUNCTION_FAULTS, throttled: left-- > 0 ? 1 : 0 }),
      tell,
    },
  );
  invokeLater(scheduler, { target, deadLetters, twice }, { n: 1 });
  await scheduler.run(() => false);
  const minutes = (scheduler.now - scheduler.startedAt) / 60_000;
  return { requests, minutes, dead: [...deadLetters.messages].map(({ body }) => body) };
}

describe('an asynchronous invocation', () => {
  test('is tried again after one minute and after two more, as the same request', async () => {
    const { requests, minutes, dead } = await invoked(2);
    expect(requests.length).toBe(3);
    expect(new Set(requests).size).toBe(1);
    expect(minutes).toBeGreaterThan(3);
    expect(dead).toEqual([]);
  });

  test('that fails three times goes to the dead-letter queue', async () => {
    const { requests, dead } = await invoked(3);
    expect(requests.length).toBe(3);
    expect(dead).toEqual(['{"n":1}']);
  });

  test('that is refused does not count as tried, and waits longer each time', async () => {
    const { requests, minutes, dead } = await invoked(2, 5);
    expect(requests.length).toBe(3);
    expect(minutes).toBeGreaterThan(3.5);
    expect(dead).toEqual([]);
  });

  test('that is refused for six hours goes to the dead-letter queue', async () => {
    const { requests, minutes, dead } = await invoked(0, Number.POSITIVE_INFINITY);
    expect(requests).toEqual([]);
    expect(minutes).toBeGreaterThan(354);
    expect(minutes).toBeLessThanOrEqual(360);
    expect(dead).toEqual(['{"n":1}']);
  });

  test('may be made again once it has succeeded, as the same request', async () => {
    for (const failures of [0, 2]) {
      const { requests, dead } = await invoked(failures, 0, 1);
      expect(requests.length).toBe(failures + 2);
      expect(new Set(requests).size).toBe(1);
      expect(dead).toEqual([]);
    }
  });
});
