import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { CHARACTERS, INVALID, VALID } from '../../../bench/resource-size/shapes.ts';
import { entryUrl } from '../../../functions/validate/entry-url.ts';
import type { VerdictOrNone } from '../../../functions/validate/isolated-validator.ts';
import {
  type ValidationPool,
  validationPool,
} from '../../../functions/validate/validation-pool.ts';

const MIB = 1024 * 1024;

const pools: ValidationPool[] = [];
afterAll(() => Promise.all(pools.map((pool) => pool.close())));

/** The deadline is long: the benchmark counts CPU time. */
function poolOf(heapOldMb: number): ValidationPool {
  const pool = validationPool({
    url: entryUrl('worker'),
    size: 1,
    spares: 0,
    deadlineMs: 30_000,
    heapOldMb,
    heapYoungMb: 16,
    options: { chaos: false, issuesMax: 100 },
  });
  pools.push(pool);
  return pool;
}

const kindOf = (verdict: VerdictOrNone) =>
  verdict.kind === 'crash' ? verdict.crash : verdict.kind;

test('R62: any resource gets a verdict, whatever its size, shape and characters', async () => {
  const pool = poolOf(40);
  await pool.ready();
  const shape = fc.constantFrom(...Object.keys({ ...VALID, ...INVALID }));
  const characters = fc.constantFrom(...Object.values(CHARACTERS));
  // Around one MiB, the largest text for this heap.
  const bytes = fc.integer({ min: MIB / 8, max: 1.5 * MIB });
  await fc.assert(
    fc.asyncProperty(shape, characters, bytes, async (name, title, size) => {
      const make = VALID[name] ?? INVALID[name];
      const verdict = await pool.validate(make?.(size, title) ?? '', 0);
      expect(kindOf(verdict)).toBe(name in VALID ? 'valid' : 'invalid');
    }),
    // Just below what is rejected as too heavy, and more than one in turn, because each leaves garbage.
    { numRuns: 30, examples: Array.from({ length: 3 }, () => ['empty objects', 'é', 1_424_923]) },
  );
});

test.each(['many references', 'a decimal written 1.0', 'small objects in small objects'])(
  'R62: 10 MiB of %s, doubled by one character, fit into a worker',
  async (name) => {
    const text = VALID[name]?.(10 * MIB, CHARACTERS['two-byte']) ?? '';
    expect(kindOf(await poolOf(64).validate(text, 0))).toBe('valid');
  },
);
