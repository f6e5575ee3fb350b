import type { Context } from 'aws-lambda';
import { expect, test } from 'vitest';
import { startTelemetry } from '../../telemetry/telemetry.ts';

const context = { functionName: 'f', getRemainingTimeInMillis: () => 0 } as Context;

test('R61: a handler whose time is up is not answered for: Lambda ends it, and its environment', async () => {
  const { handler } = startTelemetry({ stage: 'test', now: Date.now });
  const handle = handler<object, string>({ component: 'f' }, () => new Promise(() => {}));
  // Whatever would answer does so at the end of the time, which is before this timer.
  const later = new Promise((resolve) => setTimeout(resolve, 10, 'still runs'));
  expect(await Promise.race([handle({}, context), later])).toBe('still runs');
});
