import { expect, test } from 'vitest';
import { DEFAULT_BREAKER_POLICY } from '../../../core/breaker-policy.ts';
import { Breakers } from '../../../functions/breaker/breakers.ts';
import { skipTime } from '../../support/clock.ts';
import { useDeliveryStage } from '../../support/delivery-stage.ts';
import { itemsOf } from '../../support/stores.ts';
import { CountingStore, S, testTools } from '../breaker/tools.ts';

const stage = useDeliveryStage();

test('R10 R18: a server that is too slow opens the breaker by timeouts, and loses nothing', async () => {
  await stage.restartDownstream({ slowMs: 400 });
  await stage.build({ callTimeoutMs: 100, breakerFailures: 3 });
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

test('R10: where slow calls are what trips, answers that come late open it all the same', async () => {
  await stage.restartDownstream({ slowMs: 30 });
  stage.downstream.setMode('slow');
  const trip = {
    kind: 'slow-calls',
    share: 0.5,
    callsMin: 4,
    windowMs: 60_000,
    slowMs: 20,
  } as const;
  const tools = { ...testTools(), now: () => Date.now() };
  const policies = new Map([[S, { ...DEFAULT_BREAKER_POLICY, trip }]]);
  const breakers = new Breakers(new CountingStore(), tools, policies);
  const statuses: number[] = [];
  const call = async (signal: AbortSignal) => {
    const url = `${stage.downstream.endpoint}/Patient/a`;
    const { status } = await fetch(url, { method: 'PUT', body: '{}', signal });
    statuses.push(status);
  };
  const calls = Array.from({ length: 8 }, () => breakers.guard(S, call, { timeoutMs: 5_000 }));
  await Promise.all(calls);
  skipTime(1_000);
  await breakers.guard(S, call, { timeoutMs: 5_000 });
  expect(statuses.every((status) => status < 300)).toBe(true);
  expect(tools.events).toEqual(['closed to open']);
  await expect(breakers.guard(S, call, { timeoutMs: 5_000 })).rejects.toMatchObject({
    why: 'open',
  });
});
