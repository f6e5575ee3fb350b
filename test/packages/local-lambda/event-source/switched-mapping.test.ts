import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SwitchedMapping } from '../../../../packages/local-lambda/event-source/switched-mapping.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const SETTLE_MS = 200;

/** A mapping whose pollers are counted; each holds one message until `finish`. */
function mapping(enabled = true) {
  const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
  const seen = { started: 0, polling: 0, max: 0 };
  const identity = {
    uuid: 'u',
    logicalId: 'M',
    functionArn: 'f',
    eventSourceArn: 'q',
    batchSize: 1,
    windowSeconds: 0,
    functionResponseTypes: [],
  };
  const start = (concurrencyMax: () => number) => {
    seen.started += 1;
    seen.polling += 1;
    seen.max = concurrencyMax();
    return {
      inFlight: () => 1,
      async end() {
        seen.polling -= 1;
        await finished;
      },
    };
  };
  const switched = new SwitchedMapping(identity, { enabled, concurrencyMax: 8 }, start, SETTLE_MS);
  return { switched, seen, finish };
}

test('continues as before until a change takes effect, and accepts no other change meanwhile', () => {
  const { switched, seen } = mapping();
  switched.change({ enabled: false });
  expect([switched.state, switched.changing, seen.polling]).toEqual(['Disabling', true, 1]);
  vi.advanceTimersByTime(SETTLE_MS);
  expect([switched.state, switched.changing, seen.polling]).toEqual(['Disabled', false, 0]);
  switched.change({ enabled: true, concurrencyMax: 2 });
  expect(switched.state).toBe('Enabling');
  vi.advanceTimersByTime(SETTLE_MS);
  expect([switched.state, seen.polling, seen.max]).toEqual(['Enabled', 1, 2]);
});

test('counts messages that were received before it was disabled until they end', async () => {
  const { switched, finish } = mapping();
  switched.change({ enabled: false });
  await vi.advanceTimersByTimeAsync(SETTLE_MS);
  expect(switched.inFlight()).toBe(1);
  finish();
  await vi.advanceTimersByTimeAsync(0);
  expect(switched.inFlight()).toBe(0);
});

test.each([true, false])(
  'never polls again once stopped, whether asked before (%s) or after',
  (before) => {
    const { switched, seen, finish } = mapping(false);
    finish();
    if (before) switched.change({ enabled: true });
    switched.stop();
    if (!before) switched.change({ enabled: true });
    vi.advanceTimersByTime(10 * SETTLE_MS);
    expect(seen.started).toBe(0);
  },
);
