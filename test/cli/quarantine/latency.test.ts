/** The time that a message lay in Quarantine is the operator's: latencies leave it out. */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { outcomeEventSchema } from '../../../core/message/messages.ts';
import { outcomeFact } from '../../../core/report/outcome-fact.ts';
import { testClients } from '../../support/clients.ts';
import { contextWith, deliver, receive } from '../../support/delivery.ts';
import { type Functions, loadFunctions } from '../../support/functions.ts';
import { type Metrics, watchMetrics } from '../../support/metrics.ts';
import { byTest, loadOperator, stageOf } from '../../support/operator.ts';
import { invalidPatient, patient } from '../../support/resources.ts';
import { itemsOf } from '../../support/stores.ts';
import { useEmulators } from '../../support/use-emulators.ts';
import { buildWorld, type World } from '../../support/world.ts';

const DAY_MS = 24 * 3_600_000;

useEmulators();
let world: World;
let functions: Functions;
let metrics: Metrics;

beforeEach(async () => {
  world = await buildWorld();
  metrics = watchMetrics();
  functions = await loadFunctions();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await functions.close();
});

test.each([
  ['stored', patient()],
  ['rejected', invalidPatient()],
] as const)(
  'R60: the latency of a redriven message that is %s counts from the redrive',
  async (verdict, body) => {
    const sentAt = Date.now() - 2 * DAY_MS;
    const Item = {
      ...{ pk: 'm-1', body, status: 'quarantined', kind: 'rejection', reason: 'old', sentAt },
      ...{ fingerprint: 'f00d', quarantinedAt: sentAt + 1, lane: 'background', source: 'clinic' },
    };
    await testClients().dynamo.send(new PutCommand({ TableName: world.tables.quarantine, Item }));
    const operator = await loadOperator();
    const redrivenAt = Date.now();
    await operator.redrive(stageOf(world), { kind: 'all' }, byTest());
    const context = contextWith(60_000);
    const delivery = await deliver(functions.validate, world.queues.isolation, { max: 1, context });
    expect(delivery?.failed).toEqual([]);

    expect(metrics.max('VerdictLatency')).toBeLessThan(DAY_MS);
    const [told] = await receive(world.queues.outcomes);
    const event = outcomeEventSchema.parse(JSON.parse(told?.body ?? ''));
    // Its place in the order of submissions is still that of the first submission (R05).
    expect(event).toMatchObject({ verdict, sentAt });
    expect(event.redrivenAt).toBeGreaterThanOrEqual(redrivenAt);
    expect(outcomeFact(event, '00000000000000aa', 0).latencyMs).toBeLessThan(DAY_MS);
    const stored = await itemsOf(world.tables.resources);
    if (verdict === 'stored')
      expect(stored).toMatchObject([{ sentAt, redrivenAt: event.redrivenAt }]);
  },
  60_000,
);
