/** A resource that ends its worker or its environment harms nothing else. */
import { describe, expect, inject, it } from 'vitest';
import { expectSpent } from './attempts.ts';
import { killer, patient } from './resources.ts';
import { depth, quarantined, scan, send, stored } from './services.ts';
import { until } from './until.ts';

const run = inject('run');
const NEIGHBOURS = 20;

/** The crash kind of a code, as the handler that survives it may report it. */
const SEEN = [
  ['throw', ['exception']],
  ['exit', ['exit']],
  // Exhausting the heap takes seconds: with a short deadline the worker times out first.
  ['heap', ['out-of-memory', 'timeout']],
  ['hang', ['timeout']],
] as const;

describe('crashes', () => {
  it.each(SEEN)(
    '%s: retried alone, dead-lettered after its attempts, quarantined with its reason (R01, R02, R07)',
    async (code, kinds) => {
      const id = `${code}-${run}`;
      const body = killer(id, code);
      const messageId = await send('background', body);
      const item = await until(
        `${code} is quarantined`,
        () => quarantined(messageId),
        (seen) => seen?.['status'] === 'quarantined',
      );
      expect(item).toMatchObject({ kind: 'dead-letter', lane: 'background' });
      // Compared as JSON, because LocalStack rewrites it before a function gets it.
      expect(JSON.parse(String(item?.['body']))).toEqual(JSON.parse(body));
      expect(kinds).toContain(item?.['crash']);
      expect(item?.['reason']).toEqual(expect.stringMatching(/\w/));
      expectSpent(item);
      expect(await stored(`default#Patient#${id}`)).toBeUndefined();
    },
  );

  it('an environment that dies loses none of its batch, and its killer is found (R02, R03)', async () => {
    const ids = Array.from({ length: NEIGHBOURS }, (_, n) => `neighbour-${n}-${run}`);
    const half = NEIGHBOURS / 2;
    const neighbours = ids.slice(0, half).map((id) => send('background', patient(id)));
    const messageId = await send('background', killer(`kill-${run}`, 'kill'));
    neighbours.push(...ids.slice(half).map((id) => send('background', patient(id))));
    await Promise.all(neighbours);

    const keys = new Set(ids.map((id) => `default#Patient#${id}`));
    await until(
      `all ${NEIGHBOURS} neighbours are stored`,
      async () => (await scan('resources', ({ pk }) => keys.has(String(pk)))).length,
      (count) => count === NEIGHBOURS,
    );
    const item = await until(
      'the killer is quarantined',
      () => quarantined(messageId),
      (seen) => seen?.['status'] === 'quarantined',
    );
    expect(item).toMatchObject({ kind: 'dead-letter', crash: 'exit' });
    expectSpent(item);
    await until(
      'no message is left in any queue of the lane',
      () => Promise.all([depth('background-isolation'), depth('background-dead-letter')]),
      (depths) => depths.every((count) => count === 0),
    );
  });
});
