/**
 * CloudWatch Logs deliver ten seconds later, in pieces, out of order and partly twice: incidents count, and
 * lanes are paused, as without delay.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { seededRandom } from '../../packages/local-lambda/event-source/random.ts';
import { skipTime } from '../support/clock.ts';
import { contextWith, receive, remove, send } from '../support/delivery.ts';
import { drain } from '../support/drain.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { type DeadEnvironment, lateDeliveries } from '../support/late-logs.ts';
import { loadMonitor } from '../support/logs.ts';
import type { Queue } from '../support/provision.ts';
import { itemsOf } from '../support/stores.ts';
import {
  buildSupervisedWorld,
  loadSupervisor,
  mappingsOf,
  type SupervisedWorld,
  type SupervisorEnv,
  tell,
} from '../support/supervision.ts';
import { useLambdaService } from '../support/use-lambda-service.ts';

const LATE = { delayMs: 10_000, inPieces: true, repeats: 0.3 };
const SEEDS = [1, 2, 3];
const service = useLambdaService();

let stage: SupervisedWorld;
let supervisor: SupervisorEnv;
let functions: Functions;
let monitor: Awaited<ReturnType<typeof loadMonitor>>['monitor'];
beforeEach(async () => {
  stage = await buildSupervisedWorld(service);
  supervisor = await loadSupervisor();
  functions = await loadFunctions(['incident']);
  ({ monitor } = await loadMonitor());
});

/** Environments of a lane's function that die within a number of ms, until now. */
function dead(count: number, withinMs: number, prefix: string, whileLoading = true) {
  const now = Date.now();
  return Array.from({ length: count }, (_, n): DeadEnvironment => {
    const at = now - withinMs + Math.round((n * withinMs) / count);
    return { requestId: `${prefix}-${n}`, at, whileLoading };
  });
}

/** Their log lines come, each when it is due. */
async function logsCome(environments: readonly DeadEnvironment[], seed: number): Promise<number> {
  const functionName = `fhir-failsafe-${stage.world.stage}-validate-critical`;
  const deliveries = lateDeliveries(functionName, environments, LATE, seededRandom(seed));
  for (const { at, event } of deliveries) {
    skipTime(Math.max(0, at - Date.now()));
    await monitor(event, contextWith());
  }
  return deliveries.length;
}

/** What the monitor published: both of its readers get it. */
async function crashesOf(queue: Queue): Promise<unknown[]> {
  const all: unknown[] = [];
  for (;;) {
    const records = await receive(queue);
    if (records.length === 0) return all;
    all.push(...records.map(({ body }) => JSON.parse(body)));
    await remove(queue, records);
  }
}

async function pages(): Promise<number> {
  const records = await receive(stage.world.queues.oncall);
  await remove(stage.world.queues.oncall, records);
  return records.length;
}

describe.each(SEEDS)('log delivery late and in pieces, seed %i', (seed) => {
  test('R20 R21: nine deaths page nobody, the tenth pages once, and each counts once', async () => {
    const { world } = stage;
    const loading = dead(5, 60_000, 'loading');
    const handling = dead(4, 50_000, 'handling', false);
    expect(await logsCome([...loading, ...handling], seed)).toBeGreaterThan(15);
    await drain(world, functions);
    expect(await pages()).toBe(0);
    await logsCome(dead(1, 1_000, 'tenth'), seed);
    await drain(world, functions);
    expect(await pages()).toBe(1);
    const [incident] = (await itemsOf(world.tables.incidents)).filter(({ sk }) =>
      String(sk).startsWith('incident#'),
    );
    expect(incident).toMatchObject({ crashes: 10 });
  });

  test('R30 R31: three deaths while loading pause nothing, the fourth pauses the lane', async () => {
    const { incident } = stage.world.queues;
    // All four within five seconds, by event time.
    const [first, second, third, fourth] = dead(4, 4_000, 'loading');
    if (!first || !second || !third || !fourth) throw new Error('there are four');
    await logsCome([first, second, third], seed);
    await tell(stage, supervisor, ...(await crashesOf(incident)));
    expect(await mappingsOf(stage, service)).toMatchObject({ critical: 8, background: 8 });
    await logsCome([fourth], seed);
    await tell(stage, supervisor, ...(await crashesOf(incident)));
    expect(await mappingsOf(stage, service)).toMatchObject({ critical: 'off', background: 8 });
  });
});

test('R20: the result is the same without delay and in one piece', async () => {
  const { world } = stage;
  const functionName = `fhir-failsafe-${world.stage}-validate-critical`;
  for (const { event } of lateDeliveries(functionName, dead(10, 60_000, 'loading'), {}, () => 0)) {
    await monitor(event, contextWith());
  }
  const crashes = await crashesOf(world.queues.incident);
  for (const crash of crashes) await send(world.queues.incident, JSON.stringify(crash));
  expect(crashes).toHaveLength(10);
  await drain(world, functions);
  expect(await pages()).toBe(1);
});
