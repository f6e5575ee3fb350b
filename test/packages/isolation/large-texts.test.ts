import { afterAll, describe, expect, test, vi } from 'vitest';
import { during } from '../../../functions/validate/isolated-validator.ts';
import {
  type ValidationPool,
  validationPool,
} from '../../../functions/validate/validation-pool.ts';

const SCRIPTED = new URL('../../support/workers/scripted.ts', import.meta.url);
const CANNOT_LOAD = new URL('../../support/workers/cannot-load.ts', import.meta.url);
/** More than a heap of 32 MB is meant for. */
const large = (text: string) => text.padEnd(600_000);

const pools: ValidationPool[] = [];
afterAll(() => Promise.all(pools.map((pool) => pool.close())));

function poolOf(url: URL): ValidationPool {
  const settings = { url, size: 2, deadlineMs: 1_500, heapOldMb: 32, heapYoungMb: 16 };
  const pool = validationPool({ ...settings, options: { chaos: false, issuesMax: 100 } });
  pools.push(pool);
  return pool;
}

const spies = () => [vi.fn(() => []), vi.fn(() => [])] as const;

describe('R62: a text that is large for the workers', () => {
  test('runs alone: it waits for those that run, and others wait for it', async () => {
    const pool = poolOf(SCRIPTED);
    const [first, second] = [new AbortController(), new AbortController()];
    const [offLarge, offSmall] = spies();
    await pool.ready();
    const small = during(pool, first.signal).validate('hang', 0);
    const waits = during(pool, second.signal).validate(large('hang'), 0, offLarge);
    expect(await pool.validate('a', 0)).toMatchObject({ kind: 'valid' });
    expect(offLarge).not.toHaveBeenCalled();
    first.abort();
    expect(await small).toMatchObject({ because: 'out-of-time' });
    await expect.poll(() => offLarge).toHaveBeenCalledOnce();
    const behind = pool.validate('b', 0, offSmall);
    await new Promise(setImmediate);
    expect(offSmall).not.toHaveBeenCalled();
    second.abort();
    expect(await waits).toMatchObject({ because: 'out-of-time' });
    expect(await behind).toMatchObject({ kind: 'valid' });
  });

  test('R01: is a crash if it kills its worker, and its neighbours are validated', async () => {
    const pool = poolOf(SCRIPTED);
    const texts = [large('a'), large('throw'), 'b', large('hang'), large('c'), 'd'];
    const verdicts = await Promise.all(texts.map((text) => pool.validate(text, 0)));
    expect(verdicts.map((one) => (one.kind === 'crash' ? one.crash : one.kind))).toEqual([
      'valid',
      'exception',
      'valid',
      'timeout',
      'valid',
      'valid',
    ]);
  });

  test('R09: is not blamed for a worker that cannot load', async () => {
    const pool = poolOf(CANNOT_LOAD);
    expect(await pool.validate(large('a'), 0)).toMatchObject({ because: 'component-fault' });
  });

  test('R61: is not begun after its invocation has ended', async () => {
    const pool = poolOf(SCRIPTED);
    const invocation = new AbortController();
    const [off] = spies();
    const verdicts = during(pool, invocation.signal).validate(large('a'), 0, off);
    // Its worker is loading by then.
    await new Promise(setImmediate);
    invocation.abort();
    expect(await verdicts).toMatchObject({ because: 'out-of-time' });
    expect(await pool.validate(large('b'), 0)).toMatchObject({ kind: 'valid' });
    expect(off).not.toHaveBeenCalled();
  });
});
