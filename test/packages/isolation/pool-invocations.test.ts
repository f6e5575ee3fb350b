import fc from 'fast-check';
import { afterAll, expect, test, vi } from 'vitest';
import { during, type VerdictOrNone } from '../../../functions/validate/isolated-validator.ts';
import {
  type ValidationPool,
  validationPool,
} from '../../../functions/validate/validation-pool.ts';

const SCRIPTED = new URL('../../support/workers/scripted.ts', import.meta.url);
const OUT_OF_TIME = { kind: 'no-verdict', because: 'out-of-time' };

const pools: ValidationPool[] = [];
afterAll(() => Promise.all(pools.map((pool) => pool.close())));

function poolOf(size: number): ValidationPool {
  const settings = { url: SCRIPTED, size, deadlineMs: 20_000, heapOldMb: 32, heapYoungMb: 16 };
  const pool = validationPool({ ...settings, options: { chaos: false, issuesMax: 100 } });
  pools.push(pool);
  return pool;
}

/** The text that a verdict is about, or why there is none. */
function gistOf(verdict: VerdictOrNone): string | undefined {
  if (verdict.kind === 'valid') return verdict.issues[0]?.text;
  return verdict.kind === 'no-verdict' ? verdict.because : verdict.kind;
}

test('R61: an invocation that has ended begins nothing, whether asked before or after its end', async () => {
  const pool = poolOf(1);
  const invocation = new AbortController();
  const off = vi.fn(() => []);
  const { validate, ready } = during(pool, invocation.signal);
  const early = validate('a', 0, off);
  const waiting = ready();
  invocation.abort();
  await expect(waiting).rejects.toThrow('the time was up');
  await expect(ready()).rejects.toThrow('the time was up');
  expect(await Promise.all([early, validate('b', 0, off)])).toEqual([OUT_OF_TIME, OUT_OF_TIME]);
  expect(gistOf(await pool.validate('c', 0))).toBe('c');
  expect(off).not.toHaveBeenCalled();
});

test('R61: what is stopped before any worker is warm is not begun', async () => {
  const pool = poolOf(1);
  const off = vi.fn(() => []);
  const early = pool.validate('a', 0, off);
  pool.stop();
  expect(await early).toEqual(OUT_OF_TIME);
  expect(gistOf(await pool.validate('b', 0))).toBe('b');
  expect(off).not.toHaveBeenCalled();
});

test('R61: the end of an invocation ends its own texts, and not the others in the same chunk', async () => {
  const pool = poolOf(1);
  const [first, second] = [new AbortController(), new AbortController()];
  await pool.ready();
  const verdicts = ['a', 'hang', 'b'].map((text) => during(pool, first.signal).validate(text, 0));
  const other = during(pool, second.signal).validate('c', 0);
  expect(gistOf((await verdicts[0]) as VerdictOrNone)).toBe('a');
  first.abort();
  expect((await Promise.all(verdicts)).map(gistOf)).toEqual(['a', 'out-of-time', 'out-of-time']);
  expect(gistOf(await other)).toBe('c');
});

test('R61: two invocations that end at the same time leave nothing running', async () => {
  const pool = poolOf(1);
  const [first, second] = [new AbortController(), new AbortController()];
  const off = vi.fn(() => []);
  await pool.ready();
  const hanging = during(pool, first.signal).validate('hang', 0);
  const behind = during(pool, second.signal).validate('a', 0, off);
  await expect.poll(() => off).toHaveBeenCalled();
  // The first ends the worker of both; by then the other text is on its way to the next worker.
  first.abort();
  second.abort();
  expect(await Promise.all([hanging, behind])).toEqual([OUT_OF_TIME, OUT_OF_TIME]);
  expect(gistOf(await pool.validate('b', 0))).toBe('b');
  expect(off).toHaveBeenCalledOnce();
});

test('R61: each text has its own verdict or, if its time was up, none', async () => {
  const pool = poolOf(2);
  const kind = fc.constantFrom('validate', 'validate', 'end', 'wait');
  const step = fc.record({ kind, invocation: fc.nat({ max: 2 }) });
  let verdicts = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const invocations = [0, 1, 2].map(() => new AbortController());
      const asked: Promise<void>[] = [];
      for (const [number, { kind, invocation }] of steps.entries()) {
        const controller = invocations[invocation] as AbortController;
        if (kind === 'validate') {
          const off = () => {
            expect(controller.signal.aborted).toBe(false);
            return [];
          };
          const text = `text ${number}`;
          const verdict = during(pool, controller.signal).validate(text, 0, off).then(gistOf);
          const check = (gist: string | undefined) => {
            if (gist === text) verdicts += 1;
            else expect([gist, controller.signal.aborted]).toEqual(['out-of-time', true]);
          };
          asked.push(verdict.then(check));
        } else if (kind === 'end') {
          controller.abort();
        } else {
          // So those before have verdicts even if the machine is busy.
          await Promise.all(asked);
        }
        if (number % 3 === 2) await new Promise(setImmediate);
      }
      await Promise.all(asked);
    }),
    { numRuns: 40 },
  );
  expect(verdicts).toBeGreaterThan(20);
});

test('a text is validated with its source’s profiles, also within an invocation', async () => {
  const pool = poolOf(1);
  const { validate } = during(pool, new AbortController().signal);
  const verdicts = ['lab', undefined, 'ward'].map((source) =>
    validate('name the source', 0, undefined, { source }),
  );
  expect((await Promise.all(verdicts)).map(gistOf)).toEqual(['lab', 'undefined', 'ward']);
});
