import type { ScheduledEvent, SQSEvent } from 'aws-lambda';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { objectsOf } from '../../../aws/audit-bucket.ts';
import { objectKeyOf } from '../../../core/audit/audit-keys.ts';
import { ENV } from '../../../telemetry/env-names.ts';
import { entriesOf, factOf, loadAudit, logOf, tell, verify } from '../../support/audit.ts';
import { skipTime } from '../../support/clock.ts';
import { contextWith, deliver, receive } from '../../support/delivery.ts';
import type { Doomed } from '../../support/die-at-every-step.ts';
import { failCalls } from '../../support/faults.ts';
import { watchMetrics } from '../../support/metrics.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';
import { useEmulators } from '../../support/use-emulators.ts';
import { buildWorld, type World } from '../../support/world.ts';

useEmulators();
let world: World;
let audit: Doomed;

beforeEach(async () => {
  world = await buildWorld();
  audit = await loadAudit();
});

const deliverFacts = (environment = audit) => deliver(environment.handler, world.queues.audit);
const kinds = async () => (await entriesOf(world)).map(({ kind }) => kind);

test('R40 R41: facts become entries in the order of publication, in table and object alike', async () => {
  await tell(world, factOf('a'), factOf('b', { kind: 'process-crash', details: { kind: 'exit' } }));
  await tell(world, factOf('c', { kind: 'incident-opened' }));
  expect((await deliverFacts())?.failed).toEqual([]);
  expect(await entriesOf(world)).toMatchObject([
    { sequence: 1, kind: 'configuration', configuration: 'config-1.code-1', batchLast: 4 },
    { sequence: 2, kind: 'redrive', actor: 'ada', details: { entries: 3 }, tags: [] },
    { sequence: 3, kind: 'process-crash', tags: ['HIPAA_164_308_LGPD_Art_46'] },
    { sequence: 4, kind: 'incident-opened', tags: ['HIPAA_164_308_a_1_ii_D'] },
  ]);
  expect(await verify(world)).toMatchObject({ objects: 1, head: { sequence: 4 }, touched: [] });
  expect(await verify(world)).not.toHaveProperty('problem');
});

test('R40: each batch continues where the last one ended, whoever wrote it', async () => {
  for (const [turn, environment] of [audit, audit, await loadAudit(), audit].entries()) {
    await tell(world, factOf(`f${turn}`), factOf(`g${turn}`));
    expect((await deliverFacts(environment))?.failed).toEqual([]);
  }
  expect(await entriesOf(world)).toHaveLength(9);
  expect(await verify(world)).toMatchObject({ objects: 4, head: { sequence: 9 } });
});

test('R40: a repeated fact makes no second entry, in its batch or in any later one', async () => {
  await tell(world, factOf('a'), factOf('a'), factOf('b'));
  await deliverFacts();
  await tell(world, factOf('b'), factOf('c'));
  await deliverFacts();
  await tell(world, factOf('a'), factOf('c'));
  await deliverFacts(await loadAudit());
  expect(await entriesOf(world)).toHaveLength(4);
  expect(await depthOf(world.queues.audit)).toBe(0);
});

test('R08: ids are stored as keyed hashes only', async () => {
  await tell(world, factOf('redrive/patient-4711'), 'Peter Chalmers, patient-4711');
  await deliverFacts();
  const everything = JSON.stringify(await itemsOf(world.tables.audit));
  expect(everything).not.toMatch(/\b4711\b/);
  expect(everything).not.toContain('Chalmers');
  expect((await entriesOf(world))[1]?.fact).toMatch(/^[0-9a-f]{32}$/);
});

test('R40: a message that is not a fact becomes an entry that says so, and blocks nothing', async () => {
  await tell(world, 'not JSON', factOf('a'), '{"resourceType":"Patient"}', factOf('b'));
  expect((await deliverFacts())?.failed).toEqual([]);
  expect(await kinds()).toEqual([
    'configuration',
    'unreadable',
    'redrive',
    'unreadable',
    'redrive',
  ]);
  expect((await entriesOf(world))[1]?.details).toMatchObject({ why: 'not JSON', bytes: 8 });
});

test('R60: messages that are no facts are counted, and entries too', async () => {
  const metrics = watchMetrics();
  const watched = await loadAudit();
  await tell(world, 'not JSON', factOf('a'), '{"resourceType":"Patient"}');
  expect((await deliverFacts(watched))?.failed).toEqual([]);
  expect(metrics.sum('AuditUnreadable')).toBe(2);
  expect(metrics.sum('AuditEntries')).toBe(4);
  // Of each message: emitted, and at least 0.
  expect(metrics.max('AuditLag')).toBeGreaterThanOrEqual(0);
  vi.restoreAllMocks();
});

describe('a deployment', () => {
  const wake = (environment: Doomed) =>
    environment.handler(
      { 'detail-type': 'Scheduled Event' } as ScheduledEvent & SQSEvent,
      contextWith(),
    );

  test('R40: is recorded within a minute, though nothing happens', async () => {
    expect(await wake(audit)).toEqual({ batchItemFailures: [] });
    await wake(audit);
    await wake(await loadAudit());
    expect(await entriesOf(world)).toMatchObject([
      { kind: 'configuration', details: { stage: world.stage, configuration: 'config-1.code-1' } },
    ]);
  });

  test('R40: is recorded before what it writes, and again when it is rolled back to', async () => {
    await wake(audit);
    await tell(world, factOf('a'));
    await deliverFacts(await loadAudit({ [ENV.configurationHash]: 'config-2' }));
    await wake(await loadAudit());
    expect(await kinds()).toEqual(['configuration', 'configuration', 'redrive', 'configuration']);
    expect(await verify(world)).not.toHaveProperty('problem');
  });
});

test('R40: of two writers at once each fact is written once, and nothing is lost', async () => {
  await tell(world, ...['a', 'b', 'c', 'd'].map((id) => factOf(id)));
  const records = await receive(world.queues.audit);
  const others = await loadAudit();
  const answers = await Promise.all([
    audit.handler({ Records: records.slice(0, 3) }, contextWith()),
    others.handler({ Records: records.slice(1) }, contextWith()),
  ]);
  expect(answers).toEqual([{ batchItemFailures: [] }, { batchItemFailures: [] }]);
  expect(await entriesOf(world)).toHaveLength(5);
  expect(await verify(world)).toMatchObject({ head: { sequence: 5 } });
  expect(await verify(world)).not.toHaveProperty('problem');
});

describe('R09: while a service fails, facts wait in order, and are written afterwards', () => {
  test.each(['s3', 'dynamo'] as const)('%s', async (service) => {
    await tell(world, factOf('a'), factOf('b'));
    const repair = failCalls(audit, service, (command) => command.startsWith('Put'));
    expect((await deliverFacts())?.failed).toHaveLength(2);
    repair();
    skipTime(60_000);
    expect((await deliverFacts())?.failed).toEqual([]);
    expect(await entriesOf(world)).toHaveLength(3);
    expect(await verify(world)).not.toHaveProperty('problem');
  });

  test('an answer of S3 that was lost leaves one batch', async () => {
    await tell(world, factOf('a'));
    const first = await receive(world.queues.audit);
    const repair = failCalls(audit, 's3', (command) => command.startsWith('Put'), 'lose');
    // It waits for the answer until its invocation ends, and the caller has gone by then.
    audit.handler({ Records: first }, contextWith()).catch(() => {});
    await expect.poll(() => objectThere(1)).toBe(true);
    repair();
    skipTime(60_000);
    await deliverFacts(await loadAudit());
    expect(await entriesOf(world)).toHaveLength(2);
    expect(await verify(world)).toMatchObject({ objects: 1 });
  });
});

const objectThere = async (first: number) => {
  const objects = await Array.fromAsync(objectsOf(logOf(world).bucket, 'main'));
  return objects.some(({ key }) => key === objectKeyOf('main', first));
};
