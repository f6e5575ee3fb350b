/** Overload on demand: a small share of a processor, and a throttled function. */
import { expect, test } from 'vitest';
import { parsed, useLambdaHost } from '../support/lambda-host.ts';

const { functionOf, run, records, throttle, shareProcessor } = useLambdaHost(2);

/** No run ends by its timeout, however busy the machine is, unless it is meant to. */
const NEVER = { Timeout: 300 };

/**
 * Uses a given amount of processor time, and more until it was paused for as long as asked. It returns the
 * longest pause.
 */
const BURNING = `export const handler = ({ ms, pausedMs = 0 }) => {
  const before = process.cpuUsage();
  let [longest, seenAt] = [0, Date.now()];
  for (let used = 0; used < ms * 1000 || longest < pausedMs; ) {
    const { user, system } = process.cpuUsage(before);
    used = user + system;
    longest = Math.max(longest, Date.now() - seenAt);
    seenAt = Date.now();
  }
  return longest;
};`;

test.skipIf(process.platform === 'win32')(
  'with a tenth of a processor, work is held for most of each period, and ends',
  async () => {
    const spec = await functionOf('burning', BURNING, NEVER);
    await run(spec, '{"ms":1}');
    const end = shareProcessor(0.1);
    // More than the slices of 20 ms in two periods. On a busy machine a slice may be longer.
    const pause = Number(parsed(await run(spec, '{"ms":60,"pausedMs":100}')));
    end();
    expect(pause).toBeGreaterThanOrEqual(100);
    expect(await run(spec, '{"ms":1}')).toMatchObject({ status: 'success' });
  },
);

test.skipIf(process.platform === 'win32')(
  'the timeout of a function continues while it is held',
  async () => {
    const spec = await functionOf('starving', BURNING, { Timeout: 1 });
    const other = await functionOf('burning-again', BURNING, NEVER);
    const end = shareProcessor(0.1);
    const outcome = await run(spec, '{"ms":500}');
    end();
    expect(outcome).toMatchObject({ status: 'timeout' });
    expect(await run(other, '{"ms":1}')).toMatchObject({ status: 'success' });
  },
);

test.skipIf(process.platform === 'win32')(
  'R61: what became due while frozen runs first, even if the event is there before the thaw',
  async () => {
    const spec = await functionOf(
      'leaving',
      `const done = [];
       export const handler = () => {
         const seen = [...done];
         setTimeout(() => done.push('timer'), 20);
         return seen;
       };`,
      NEVER,
    );
    await run(spec, '{}');
    // Held longer than the event takes to reach it.
    const end = shareProcessor(0.1);
    const over = Date.now() + 50;
    await expect.poll(() => Date.now()).toBeGreaterThan(over);
    expect(parsed(await run(spec, '{}'))).toEqual(['timer']);
    end();
  },
);

test('a throttled function does not run until that is over, while others do', async () => {
  const one = await functionOf('one', 'let n = 0; export const handler = () => ++n;');
  const other = await functionOf('other', 'export const handler = () => "ran";');
  const end = throttle('one');
  expect(await run(one, '{}')).toMatchObject({
    status: 'throttled',
    errorType: 'TooManyRequestsException',
  });
  expect(parsed(await run(other, '{}'))).toBe('ran');
  end();
  expect(parsed(await run(one, '{}'))).toBe(1);
  expect(records('one').filter(({ type }) => type === 'platform.start')).toHaveLength(1);
});
