import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import {
  type CrashEvent,
  crashEventSchema,
  ENVELOPE_ATTRIBUTE,
  type Envelope,
} from '../../../core/message/messages.ts';
import { skipTime } from '../../support/clock.ts';
import { dieAfterCall } from '../../support/death.ts';
import { contextWith, deliver, receive, remove, send } from '../../support/delivery.ts';
import { drain } from '../../support/drain.ts';
import { failCalls } from '../../support/faults.ts';
import { type Functions, loadFunctions } from '../../support/functions.ts';
import { loadMonitor, logsEvent, platformRecord } from '../../support/logs.ts';
import { watchMetrics } from '../../support/metrics.ts';
import { faulty, patient } from '../../support/resources.ts';
import { itemsOf } from '../../support/stores.ts';
import { useEmulators } from '../../support/use-emulators.ts';
import { buildWorld, type World } from '../../support/world.ts';

useEmulators();
let world: World;
let functions: Functions;
let watcher: Awaited<ReturnType<typeof loadMonitor>>;

afterAll(async () => {
  await functions.close();
});
beforeEach(async () => {
  await functions?.close();
  world = await buildWorld({ deadlineMs: 2_000, heapOldMb: 32 });
  functions = await loadFunctions();
  watcher = await loadMonitor();
});

const nameOf = (name: string) => `fhir-failsafe-${world.stage}-${name}`;
const oomOf = (requestId: string) => [
  platformRecord('runtimeDone', { requestId, status: 'error', errorType: 'Runtime.ExitError' }),
  platformRecord('report', { requestId, status: 'error', errorType: 'Runtime.OutOfMemory' }),
];

const watch = (functionName: string, lines: readonly string[], messageType?: string) =>
  watcher.monitor(logsEvent(functionName, lines, messageType), contextWith());

async function crashes(): Promise<CrashEvent[]> {
  const records = await receive(world.queues.incident);
  await remove(world.queues.incident, records);
  return records.map(({ body }) => crashEventSchema.parse(JSON.parse(body)));
}

async function suspect(id: string, body: string): Promise<void> {
  const envelope: Envelope = { messageId: id, sentAt: 1, source: 'default', lane: world.lane };
  await send(world.queues.isolation, body, { [ENVELOPE_ATTRIBUTE]: JSON.stringify(envelope) });
}

/**
 * Runs the message alone until its attempt is recorded, then lets its environment die. Before that the
 * message is read, and each earlier attempt without an end is published.
 */
async function dieAlone(earlier = 0): Promise<string> {
  const doomed = await loadFunctions();
  const death = dieAfterCall(3 + earlier, doomed);
  const context = contextWith();
  const records = await receive(world.queues.isolation, 1);
  await Promise.race([doomed.validate({ Records: records }, context), death.happened]);
  await doomed.close();
  skipTime(120_000);
  return context.awsRequestId;
}

test('R60: a death is one crash event with component, lane, kind, request id and what it was doing', async () => {
  await watch(nameOf('validate-background'), oomOf('r-1'));
  expect(await crashes()).toEqual([
    {
      id: 'r-1',
      requestId: 'r-1',
      component: 'validate',
      lane: 'background',
      kind: 'out-of-memory',
      at: 1_000,
      during: 'resource',
      environment: expect.stringContaining('[$LATEST]'),
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
    },
  ]);
});

test('R09: an environment that dies while loading is the component’s own death', async () => {
  const init = platformRecord('initReport', { status: 'error', errorType: 'SyntaxError' });
  await watch(nameOf('quarantine'), [init]);
  expect(await crashes()).toMatchObject([
    { component: 'quarantine', during: 'loading', kind: 'exception' },
  ]);
});

test('its own log, another stage’s and CloudWatch’s test message give no deaths', async () => {
  await watch(nameOf('monitor'), oomOf('r-1'));
  await watch('fhir-failsafe-other-quarantine', oomOf('r-2'));
  await watch(nameOf('quarantine'), oomOf('r-3'), 'CONTROL_MESSAGE');
  expect(await crashes()).toEqual([]);
});

test('R02 R07: the attempt says what killed it, and so does the dead letter', async () => {
  await suspect('m-1', patient());
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const requestId = await dieAlone(attempt);
    await watch(nameOf('validate-background'), oomOf(requestId));
  }
  await drain(world, functions);
  const [item] = await itemsOf(world.tables.quarantine);
  expect(item).toMatchObject({
    pk: 'm-1',
    kind: 'dead-letter',
    crash: 'out-of-memory',
    reason: 'Runtime.OutOfMemory',
    attempts: Array(3).fill({
      requestId: expect.any(String),
      startedAt: expect.any(Number),
      crash: 'out-of-memory',
      reason: 'Runtime.OutOfMemory',
    }),
  });
});

test('R20: one death gives one crash event, though validate and the monitor both report it', async () => {
  await suspect('m-1', patient());
  const requestId = await dieAlone();
  await watch(nameOf('validate-background'), oomOf(requestId));
  // The next delivery publishes the attempt without an end as well.
  await deliver(functions.validate, world.queues.isolation);
  const told = await crashes();
  expect(told).toHaveLength(2);
  expect(new Set(told.map(({ id }) => id))).toEqual(new Set([requestId]));
});

test('a crash that the handler saw keeps the handler’s reason', async () => {
  await suspect('m-1', faulty('exit'));
  const context = contextWith();
  await deliver(functions.validate, world.queues.isolation, { context });
  await watch(nameOf('validate-background'), oomOf(context.awsRequestId));
  const [item] = await itemsOf(world.tables.quarantine);
  expect(item).toMatchObject({ attempts: [{ crash: 'exit', ended: expect.any(Number) }] });
});

test('R04 R21: after it dies at any call and is invoked again, it has reported every death once', async () => {
  await suspect('m-1', patient());
  const requestId = await dieAlone();
  const event = logsEvent(nameOf('validate-background'), [...oomOf(requestId), ...oomOf('r-2')]);
  let k = 0;
  for (let died = true; died; ) {
    k += 1;
    const doomed = await loadMonitor();
    const death = dieAfterCall(k, doomed);
    const answer = doomed.monitor(event, contextWith());
    died = (await Promise.race([answer, death.happened])) === 'died';
    await watcher.monitor(event, contextWith());
    expect(new Set((await crashes()).map(({ id }) => id))).toEqual(new Set([requestId, 'r-2']));
    const [item] = await itemsOf(world.tables.quarantine);
    expect(item).toMatchObject({ attempts: [{ requestId, crash: 'out-of-memory' }] });
  }
  // Publish and look up each death; read and write the one that is an attempt, which later rounds find
  // done.
  expect(k).toBeGreaterThanOrEqual(5);
});

test('R60: deaths are counted once they are published', async () => {
  const metrics = watchMetrics();
  watcher = await loadMonitor();
  await watch(nameOf('validate-background'), oomOf('r-1'));
  expect(metrics.sum('Deaths')).toBe(1);
  failCalls(watcher, 'sns', () => true);
  await expect(watch(nameOf('validate-background'), oomOf('r-2'))).rejects.toThrow('injected');
  expect(metrics.sum('Deaths')).toBe(1);
  vi.restoreAllMocks();
});
