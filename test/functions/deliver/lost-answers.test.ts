/**
 * Writes to Resources that are stored although the SDK reports an error: an earlier try was not answered.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { skipTime } from '../../support/clock.ts';
import { textOf, useDeliveryStage } from '../../support/delivery-stage.ts';
import { type Metrics, watchMetrics } from '../../support/metrics.ts';
import { byTest, loadOperator, stageOf } from '../../support/operator.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';

const stage = useDeliveryStage();
let metrics: Metrics;
beforeEach(async () => {
  metrics = watchMetrics();
  await stage.reload();
});
afterEach(() => {
  vi.restoreAllMocks();
});

class Throttled extends Error {
  override readonly name = 'ProvisionedThroughputExceededException';
  readonly $fault = 'client';
}

/**
 * The fate of the next write that matches. `throttled`: it is stored, and the retry is throttled; `again`:
 * it is stored, and the retry finds it; `refused`: it is not stored.
 */
function spoil(part: string, how: 'throttled' | 'again' | 'refused'): { readonly times: number } {
  const spoiled = { times: 0 };
  stage.lane.clients.dynamo.middlewareStack.add(
    (next) => async (args) => {
      const { UpdateExpression = '' } = args.input as { UpdateExpression?: string };
      if (spoiled.times > 0 || !UpdateExpression.includes(part)) return next(args);
      spoiled.times += 1;
      if (how !== 'refused') await next(args);
      if (how === 'again') return next(args);
      throw new Throttled('spoiled');
    },
    { step: 'initialize', name: `spoil-${crypto.randomUUID()}` },
  );
  return spoiled;
}

const TAKE = 'SET deliveryLease';
const FINISH = 'deliveredAt';
const RELEASE = 'deliveryFailures';
const STANDS = ['throttled', 'again'] as const;

describe('R09: after a lost answer, the stored state decides', () => {
  test.each(STANDS)('a lease whose save is %s is ours', async (how) => {
    await stage.store('a', 1);
    const spoiled = spoil(TAKE, how);
    await stage.turn();
    expect(spoiled.times).toBe(1);
    expect(stage.downstream.resources.get('Patient/a')?.body).toBe(textOf('a', 1));
    expect(metrics.sum('ComponentFaults')).toBe(0);
    // Nobody knows who had the lease before, so a PUT of theirs is waited for.
    skipTime(160_000);
    await stage.turn();
    expect(await stage.resource()).not.toHaveProperty('deliveryShard');
    expect(stage.downstream.resources.get('Patient/a')?.version).toBe(1);
  });

  test('a lease whose save is refused sends nothing, and is taken later', async () => {
    await stage.store('a', 1);
    spoil(TAKE, 'refused');
    expect((await stage.turn())?.failed).toHaveLength(1);
    expect(stage.downstream.counts.ok).toBe(0);
    skipTime(5_000);
    expect((await stage.turn())?.failed).toEqual([]);
  });

  test.each(STANDS)('an end whose save is %s is the end', async (how) => {
    await stage.store('a', 1);
    const spoiled = spoil(FINISH, how);
    expect((await stage.turn())?.failed).toEqual([]);
    expect(spoiled.times).toBe(1);
    const item = await stage.resource();
    expect(item).not.toHaveProperty('deliveryShard');
    expect(item).toMatchObject({ deliveredVersion: 'W/"1"' });
    expect(await depthOf(stage.world.queues.delivery)).toBe(0);
    expect(metrics.sum('ComponentFaults')).toBe(0);
  });

  test('an end whose save is refused is a fault of our own, and the resource is sent again', async () => {
    await stage.store('a', 1);
    spoil(FINISH, 'refused');
    expect((await stage.turn())?.failed).toHaveLength(1);
    expect(metrics.sum('ComponentFaults')).toBe(1);
    skipTime(160_000);
    await stage.turn();
    expect(await stage.resource()).not.toHaveProperty('deliveryShard');
  });

  test('the end of a submission that a newer one replaced is kept, and the newer one is sent', async () => {
    await stage.store('a', 1);
    const spoiled = spoil(FINISH, 'throttled');
    stage.downstream.onStored = () => {
      stage.downstream.onStored = () => {};
      void stage.store('a', 2);
    };
    await stage.turn();
    expect(spoiled.times).toBe(1);
    for (let n = 0; n < 3; n += 1) {
      skipTime(40_000);
      await stage.turn();
    }
    expect(stage.downstream.resources.get('Patient/a')?.body).toBe(textOf('a', 2));
    expect(await stage.resource()).not.toHaveProperty('deliveryShard');
  });

  test.each(STANDS)(
    'a lease whose return is %s is free, and the failure counts once',
    async (how) => {
      await stage.store('a', 1);
      stage.downstream.setMode('stop');
      const spoiled = spoil(RELEASE, how);
      await stage.turn();
      expect(spoiled.times).toBe(1);
      expect(metrics.sum('ComponentFaults')).toBe(0);
      const item = await stage.resource();
      expect(item).toMatchObject({ deliveryFailures: { count: 1 } });
      expect(item).not.toHaveProperty('deliveryLease');
    },
  );

  test('a redrive whose save is throttled after it was stored is pending, and its entry waits for it', async () => {
    await stage.store('..', 1);
    await stage.turn();
    expect(await itemsOf(stage.world.tables.quarantine)).toMatchObject([{ kind: 'undelivered' }]);
    const operator = await loadOperator();
    const [{ dynamo }] = operator.clients;
    let times = 0;
    dynamo.middlewareStack.add(
      (next) => async (args) => {
        const { UpdateExpression = '' } = args.input as { UpdateExpression?: string };
        const answer = await next(args);
        if (!UpdateExpression.includes('deliveryRedriven') || times > 0) return answer;
        times += 1;
        throw new Throttled('spoiled');
      },
      { step: 'initialize', name: 'spoil-redrive' },
    );
    const { sent } = await operator.redrive(stageOf(stage.world), { kind: 'all' }, byTest());
    expect([times, sent]).toEqual([1, 1]);
    expect(await stage.resource()).toHaveProperty('deliveryRedriven', 'delivery#m-..-1');
    expect(await depthOf(stage.world.queues.delivery)).toBe(1);
  });
});
