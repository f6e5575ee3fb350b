import fc from 'fast-check';
import { expect, it } from 'vitest';
import { batches } from '../../../cli/submit/batches.ts';

const group = (sizes: number[]) => Array.fromAsync(batches(sizes.map((bytes) => ({ bytes }))));

it('groups by count', async () => {
  expect((await group(Array(25).fill(1))).map((batch) => batch.length)).toEqual([10, 10, 5]);
});

it('groups by size: exactly 1 MiB still fits, a byte more does not', async () => {
  const half = 512 * 1024;
  expect((await group([half, half, 1])).map((batch) => batch.length)).toEqual([2, 1]);
  expect((await group([half, half + 1])).map((batch) => batch.length)).toEqual([1, 1]);
});

it('makes no batch of nothing', async () => {
  expect(await group([])).toEqual([]);
});

it('keeps all messages in order within both limits, and no batch has room for the next message', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(sizes, async (each) => {
      const groups = await Array.fromAsync(
        batches(
          each.map((bytes) => ({ bytes })),
          5,
          150,
        ),
      );
      const found = groups.map((batch) => batch.map(({ bytes }) => bytes));
      expect(found.flat()).toEqual(each);
      found.forEach((batch, n) => {
        const sum = batch.reduce((total, bytes) => total + bytes, 0);
        expect(batch.length).toBeLessThanOrEqual(5);
        expect(sum).toBeLessThanOrEqual(150);
        const next = found[n + 1]?.[0];
        if (next !== undefined) expect(batch.length === 5 || sum + next > 150).toBe(true);
      });
    }),
  );
});
