import { expect, test } from 'vitest';
import { skipTime } from '../../support/clock.ts';
import { useDeliveryStage } from '../../support/delivery-stage.ts';
import { itemsOf } from '../../support/stores.ts';

const stage = useDeliveryStage();
/** No other timer has this length. */
const TIMEOUT_MS = 777;

test('R10 R18: a server that is too slow opens the breaker by timeouts, and loses nothing', async () => {
  const slow = await stage.holdCalls(TIMEOUT_MS);
  await stage.build({ callTimeoutMs: TIMEOUT_MS, breakerFailures: 3 });
  stage.downstream.setMode('slow');
  for (let n = 0; n < 5; n += 1) await stage.store(`p${n}`, 1);
  expect((await stage.turn())?.failed).toHaveLength(5);
  expect(await itemsOf(stage.world.tables.breakers)).toMatchObject([
    { phase: 'open', why: '3 consecutive failures' },
  ]);
  const calls = stage.downstream.counts.slow;
  skipTime(20_000);
  await stage.turn();
  expect(stage.downstream.counts.slow).toBe(calls);

  stage.downstream.setMode('ok');
  // The calls that were given up are still on their way, and the server stores them.
  slow.finish();
  for (let n = 0; n < 100 && (await pending()) > 0; n += 1) {
    skipTime(5_000);
    await stage.turn();
  }
  expect(stage.downstream.resources.size).toBe(5);
  expect(await pending()).toBe(0);
  expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
});

const pending = async () =>
  (await itemsOf(stage.world.tables.resources)).filter((item) => item['deliveryShard']).length;

test('R10: with a configured share, it opens by the share of calls that failed', async () => {
  const breakerShare = { failed: 0.5, callsMin: 8, windowMs: 60_000 };
  await stage.build({ breakerShare });
  stage.downstream.setMode('fail');
  for (let n = 0; n < 9; n += 1) await stage.store(`p${n}`, 1);
  const phase = async () => (await itemsOf(stage.world.tables.breakers))[0];
  await stage.turn();
  // More than five in a row, reported at most once a second.
  expect(stage.downstream.counts.fail).toBe(9);
  expect(await phase()).toMatchObject({ phase: 'closed' });
  for (let n = 0; n < 3 && (await phase())?.['phase'] === 'closed'; n += 1) {
    skipTime(5_000);
    await stage.turn();
  }
  expect(await phase()).toMatchObject({
    phase: 'open',
    why: expect.stringMatching(/^(\d+) of \1 calls failed$/),
  });
});
