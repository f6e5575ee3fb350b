import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { beforeEach, expect, test, vi } from 'vitest';
import { Breakers, type FallbackReason } from '../../../functions/breaker/breakers.ts';
import { breakerMiddleware } from '../../../functions/breaker/middleware.ts';
import { CountingStore, type TestTools, testTools } from './tools.ts';

const S = 'terminology';
const context = { getRemainingTimeInMillis: () => 5_000 } as Context;

let tools: TestTools;
let breakers: Breakers;
beforeEach(() => {
  tools = testTools();
  breakers = new Breakers(new CountingStore(), tools);
});

function handlerWith(options: Parameters<typeof breakerMiddleware<string, string>>[2] = {}) {
  return middy<string, string>()
    .use(breakerMiddleware<string, string>(breakers, S, options))
    .handler(async (event) => {
      if (event === 'fail') throw new Error('boom');
      return `handled ${event}`;
    });
}

test('R11: a handler that fails opens the breaker, and then does not run', async () => {
  const handler = handlerWith();
  expect(await handler('a', context)).toBe('handled a');
  for (let n = 0; n < 5; n += 1) await expect(handler('fail', context)).rejects.toThrow('boom');
  await expect(handler('a', context)).rejects.toMatchObject({
    name: 'BreakerRefused',
    retryAt: tools.clock + 30_000,
  });
});

test('a fallback answers instead, and knows why', async () => {
  const fallback = vi.fn((_reason: FallbackReason) => 'cached');
  const handler = handlerWith({ fallback });
  for (let n = 0; n < 5; n += 1) expect(await handler('fail', context)).toBe('cached');
  expect(await handler('a', context)).toBe('cached');
  expect(fallback.mock.calls.map(([reason]) => reason.kind)).toEqual([
    ...Array.from({ length: 5 }, () => 'failed'),
    'refused',
  ]);
});

test("R12: invocations at once do not settle each other's call; the rule is the caller's", async () => {
  const handler = handlerWith({ judgeError: () => ({ outcome: 'success' }) });
  const answers = await Promise.allSettled(
    ['fail', 'a', 'fail', 'b'].map((event) => handler(event, context)),
  );
  expect(answers.map(({ status }) => status)).toEqual([
    'rejected',
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
  expect(tools.events).toEqual([]);
});
