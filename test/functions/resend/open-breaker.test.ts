import { GetCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, expect, test, vi } from 'vitest';
import { setDeliveryDue } from '../../../aws/deliveries.ts';
import { skipTime } from '../../support/clock.ts';
import { useDeliveryStage } from '../../support/delivery-stage.ts';
import { forceBreaker } from '../../support/force-breaker.ts';
import { tableAt } from '../../support/handles.ts';
import { watchMetrics } from '../../support/metrics.ts';
import { depthOf } from '../../support/stores.ts';

const stage = useDeliveryStage();
afterEach(() => vi.restoreAllMocks());

const force = (kind: 'force-open' | 'force-closed', service?: string) =>
  forceBreaker(stage.world, { kind, until: Date.now() + 600_000 }, service);

/** A pending delivery whose trigger is due, and the number of triggers that a minute sends. */
async function sentInAMinute(): Promise<number> {
  const pk = await stage.store('a', 1);
  await setDeliveryDue(tableAt(stage.world.tables.resources), pk, 1);
  const before = await depthOf(stage.world.queues.delivery);
  await stage.lane.resend();
  return (await depthOf(stage.world.queues.delivery)) - before;
}

/** Reads of the table Breakers fail or are counted. */
function watchBreakers({ fail }: { readonly fail: boolean }): () => number {
  const { dynamo } = stage.lane.resendClients;
  const send = dynamo.send.bind(dynamo) as (command: object) => Promise<object>;
  let reads = 0;
  vi.spyOn(dynamo, 'send').mockImplementation(async (command: object) => {
    const isRead = command instanceof ScanCommand || command instanceof GetCommand;
    if (!isRead || command.input.TableName !== stage.world.tables.breakers) return send(command);
    reads += 1;
    if (fail) throw new Error('throttled');
    return send(command);
  });
  return () => reads;
}

test('R11: a minute reads the breakers once, and sends nothing for a server whose breaker is open', async () => {
  await force('force-open');
  // The first minute publishes the transition, and reads the breaker again to confirm that.
  await stage.lane.resend();
  const reads = watchBreakers({ fail: false });
  expect(await sentInAMinute()).toBe(0);
  expect(reads()).toBe(1);
});

test('R15: a minute in which the breakers cannot be read sends what is due', async () => {
  await force('force-open');
  watchBreakers({ fail: true });
  expect(await sentInAMinute()).toBe(1);
});

test('R60: how long a breaker is open, and what is sent again, is counted each minute, as alarms rely on', async () => {
  const metrics = watchMetrics();
  await stage.reload();
  await force('force-closed');
  skipTime(60_000);
  expect(await sentInAMinute()).toBe(1);
  expect([metrics.sum('Resent'), metrics.sum('BreakerOpenSeconds')]).toEqual([1, 0]);
  const before = Date.now();
  await force('force-open');
  skipTime(90_000);
  await stage.lane.resend();
  expect(metrics.sum('BreakerOpenSeconds')).toBeGreaterThanOrEqual(90);
  expect(metrics.sum('BreakerOpenSeconds')).toBeLessThanOrEqual((Date.now() - before) / 1_000);
  expect(metrics.sum('Resent')).toBe(1);
});

test('R60: the open breaker of a server that is no longer delivered to has no metric, which nobody could end', async () => {
  const metrics = watchMetrics();
  await stage.reload();
  await force('force-open', 'fhir-server-gone');
  await force('force-open', 'plugin-cpf');
  skipTime(90_000);
  await stage.lane.resend();
  expect(metrics.sum('BreakerOpenSeconds')).toBeGreaterThanOrEqual(90);
  expect(metrics.sum('BreakerOpenSeconds')).toBeLessThan(180);
});
