import { beforeEach, expect, test } from 'vitest';
import { ComponentFault } from '../../../core/message/component-fault.ts';
import type { IsolatedValidator } from '../../../functions/validate/isolated-validator.ts';
import { placeAlone } from '../../../functions/validate/place-alone.ts';
import { contextWith } from '../../support/delivery.ts';

type Ready = IsolatedValidator['ready'];
const loaded: Ready = async () => {};
const dies: Ready = () => Promise.reject(new ComponentFault('a process died while it loaded'));
const loadsForEver: Ready = (signal) =>
  new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(new ComponentFault('the time was up')));
  });

let timers: { ms: number; act: () => void; isOff: boolean }[] = [];
let logs: string[] = [];
let invocation: AbortController;
beforeEach(() => {
  timers = [];
  logs = [];
  invocation = new AbortController();
});

/** Which place a message gets that an environment's death has sent to a process of its own. */
async function placeAfter(receives: number, ownProcess: Ready, pool = loaded): Promise<string> {
  const named = (reason: string, ready: Ready): IsolatedValidator => ({
    ready,
    validate: async () => ({ kind: 'no-verdict', because: 'component-fault', reason }),
  });
  const parts = {
    pool: named('a worker', pool),
    ownProcess: named('a process', ownProcess),
    later(ms: number, act: () => void) {
      const timer = { ms, act, isOff: false };
      timers.push(timer);
      return () => {
        timer.isOff = true;
      };
    },
    logger: { ...console, warn: (message: string) => logs.push(message) } as never,
  };
  const asking = { parts, context: contextWith(20_000), validating: invocation.signal };
  const place = await placeAlone(asking, { receives }, true);
  const verdict = await place.validate('', 0);
  return 'reason' in verdict ? verdict.reason : verdict.kind;
}

test.each([1, 2, 3])(
  'R09: in delivery %d it waits for its process and for nothing else',
  async (n) => {
    expect(await placeAfter(n, loaded)).toBe('a process');
    await expect(placeAfter(n, dies)).rejects.toThrow('died while it loaded');
    const waits = placeAfter(n, loadsForEver);
    invocation.abort();
    await expect(waits).rejects.toThrow('the time was up');
    expect(timers).toEqual([]);
  },
);

test('R02: later too a process that loads is the place', async () => {
  expect(await placeAfter(4, loaded)).toBe('a process');
  expect(timers).toMatchObject([{ isOff: true }]);
  expect(logs).toEqual([]);
});

test('R09: after three deliveries it gets a worker, if its process dies while loading', async () => {
  expect(await placeAfter(4, dies)).toBe('a worker');
  expect(logs).toEqual(['no separate process has loaded']);
});

test('R09: after three deliveries it gets a worker, if its process takes half of the time', async () => {
  const place = placeAfter(4, loadsForEver);
  const [timer] = timers;
  expect(timer?.ms).toBeGreaterThan(9_000);
  expect(timer?.ms).toBeLessThanOrEqual(10_000);
  timer?.act();
  expect(await place).toBe('a worker');
});

test('R09: where no worker is ready either, it waits on', async () => {
  await expect(placeAfter(4, dies, dies)).rejects.toThrow('died while it loaded');
});
