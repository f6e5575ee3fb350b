/**
 * Eight hundred submissions, two versions of each of four hundred resources, through `validate` and `deliver`
 * while the FHIR server downstream dies for a minute and comes back. The queues, tables and the server are
 * real ones on loopback. Time stands still except where the test lets it pass, so an outage of a minute has
 * the probes of a minute on any machine.
 */
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { EndingHandler } from '../../aws/ending-handler.ts';
import { type Downstream, startDownstream } from '../../demo/downstream/server.ts';
import { testClients } from '../support/clients.ts';
import { skipTime, stopTime } from '../support/clock.ts';
import { dieOnceStored } from '../support/death.ts';
import { contextWith, deliver } from '../support/delivery.ts';
import { buildDeliveryWorld, type DeliveryLane, loadDelivery } from '../support/delivery-lane.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { watchMetrics } from '../support/metrics.ts';
import { patient } from '../support/resources.ts';
import { depthOf, itemsOf } from '../support/stores.ts';
import { useEmulators } from '../support/use-emulators.ts';
import type { World } from '../support/world.ts';

const RESOURCES = 400;
const ENVIRONMENTS = 4;
const BATCH = 10;
const OUTAGE_SECONDS = 60;
/** In real time, for calls that must not fail: on a busy machine an answer takes seconds. */
const PATIENCE_MS = 20_000;
/** Longer than environments pause that change the breaker at the same time: they all go on in one turn. */
const CONFLICTS_MS = 200;
/** Of an invocation: Lambda's most. */
const TIMEOUT_MS = 900_000;

useEmulators();
let downstream: Downstream;
beforeAll(async () => {
  downstream = await startDownstream();
});
afterAll(async () => {
  await downstream.stop();
});

const bodyOf = (n: number, version: number) =>
  patient({ id: `p${n}`, birthDate: `197${version}-01-01` });
const versionOf = (body: string) => Number(/"birthDate":"197(\d)/.exec(body)?.[1]);

async function submit(world: World, version: number): Promise<void> {
  for (let from = 0; from < RESOURCES; from += 10) {
    const Entries = Array.from({ length: 10 }, (_, n) => ({
      Id: `${n}`,
      MessageBody: bodyOf(from + n, version),
    }));
    await testClients().sqs.send(
      new SendMessageBatchCommand({ QueueUrl: world.queues.lane.url, Entries }),
    );
  }
}

/** A turn of every environment of both functions at once; false if there was nothing to do. */
async function turn(world: World, functions: Functions, fleet: readonly DeliveryLane[]) {
  const { lane, delivery } = world.queues;
  const context = () => ({ context: contextWith(TIMEOUT_MS) });
  const turns = await Promise.all([
    deliver(functions.validate, lane, context()),
    ...fleet.map((each) => deliver(each.deliver, delivery, context())),
  ]);
  return turns.some((each) => each !== undefined);
}

/** An environment whose breaker store answers, however busy the machine is: R12 requires that. */
async function loadPatient(world: World): Promise<DeliveryLane> {
  const lane = await loadDelivery(world);
  const requestHandler = lane.clients.hastyDynamo.config.requestHandler as EndingHandler;
  requestHandler.updateHttpClientConfig('connectionTimeout', PATIENCE_MS);
  requestHandler.updateHttpClientConfig('requestTimeout', PATIENCE_MS);
  return lane;
}

/** An environment that dies between its calls and their records; false if none of its triggers was due. */
async function dieBetween(world: World): Promise<boolean> {
  const { deliver: handler, clients } = await loadPatient(world);
  const { happened } = dieOnceStored(downstream, clients);
  const context = contextWith(TIMEOUT_MS);
  const delivered = deliver(handler, world.queues.delivery, { context });
  return (await Promise.race([delivered, happened])) === 'died';
}

/** The same text twice in a row is a repeat; an older version after a newer one is an error. */
function watchOrder(server: Downstream): { older: number; repeats: number } {
  const latest = new Map<string, { version: number; body: string }>();
  const seen = { older: 0, repeats: 0 };
  server.onStored = (key, body) => {
    const before = latest.get(key);
    const version = versionOf(body);
    if (before !== undefined && version < before.version) seen.older += 1;
    if (before?.body === body) seen.repeats += 1;
    latest.set(key, { version, body });
  };
  return seen;
}

test('R05 R11 R12 R18: an outage costs few calls, loses nothing and changes no order', async () => {
  const metrics = watchMetrics();
  const world = await buildDeliveryWorld(downstream.endpoint, { callTimeoutMs: PATIENCE_MS });
  stopTime(CONFLICTS_MS);
  const functions = await loadFunctions();
  const fleet: DeliveryLane[] = [];
  for (let n = 0; n < ENVIRONMENTS; n += 1) fleet.push(await loadPatient(world));
  const seen = watchOrder(downstream);

  await submit(world, 1);
  skipTime(5);
  await submit(world, 2);
  for (let n = 0; n < 24; n += 1) await turn(world, functions, fleet);
  expect(downstream.resources.size).toBeGreaterThan(0);

  downstream.setMode('stop');
  let callsUntilOpen = Number.NaN;
  let callsASecondMax = 0;
  for (let second = 0; second < OUTAGE_SECONDS; second += 1) {
    const { stop: before } = downstream.counts;
    for (let n = 0; n < 3; n += 1) await turn(world, functions, fleet);
    const [breaker] = await itemsOf(world.tables.breakers);
    if (Number.isNaN(callsUntilOpen) && breaker?.['phase'] === 'open') {
      callsUntilOpen = downstream.counts.stop;
    } else if (!Number.isNaN(callsUntilOpen)) {
      callsASecondMax = Math.max(callsASecondMax, downstream.counts.stop - before);
    }
    skipTime(1_000);
  }
  const callsInOutage = downstream.counts.stop;

  downstream.setMode('ok');
  const { ok: okBefore } = downstream.counts;
  let died = false;
  let turns = 0;
  const settled = async () =>
    (await depthOf(world.queues.lane)) === 0 && (await depthOf(world.queues.delivery)) === 0;
  while (!(await settled())) {
    if (!died && downstream.counts.ok > okBefore + 50) died = await dieBetween(world);
    if (!(await turn(world, functions, fleet))) skipTime(2_000);
    turns += 1;
    if (turns % 30 === 0) await fleet[0]?.resend();
    if (turns > 5_000) throw new Error('it does not end');
  }
  await functions.close();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();

  expect(downstream.resources.size).toBe(RESOURCES);
  for (let n = 0; n < RESOURCES; n += 1) {
    expect(downstream.resources.get(`Patient/p${n}`)?.body).toBe(bodyOf(n, 2));
  }
  expect(seen.older).toBe(0);
  // Those in flight, and then one probe at a time: at 30 s, and then every 5 s to 12 s.
  expect(callsUntilOpen).toBeLessThanOrEqual(ENVIRONMENTS * BATCH + 5);
  expect(callsInOutage - callsUntilOpen).toBeGreaterThanOrEqual(1);
  expect(callsInOutage - callsUntilOpen).toBeLessThanOrEqual(7);
  expect(callsASecondMax).toBe(1);
  // Each call is counted, except those of the environment that died, and so is each that the server may
  // have received before.
  const { ok, stop } = downstream.counts;
  expect(metrics.sum('Calls')).toBeGreaterThanOrEqual(ok + stop - BATCH);
  expect(metrics.sum('Calls')).toBeLessThanOrEqual(ok + stop);
  expect(metrics.sum('Repeats')).toBeGreaterThanOrEqual(seen.repeats);
  // What the dead one had sent is sent again.
  expect(seen.repeats).toBeGreaterThanOrEqual(1);
  expect(seen.repeats).toBeLessThanOrEqual(BATCH);
  expect(await itemsOf(world.tables.quarantine)).toEqual([]);
  expect(await depthOf(world.queues.deadLetter)).toBe(0);
  const pending = (await itemsOf(world.tables.resources)).filter((item) => item['deliveryShard']);
  expect(pending).toEqual([]);
});
