import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { skipTime } from '../../support/clock.ts';
import { receive, remove, send } from '../../support/delivery.ts';
import { type Emulators, startEmulators } from '../../support/emulators.ts';
import { LambdaService } from '../../support/lambda-service.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';
import {
  buildSupervisedWorld,
  deathOf,
  factsOf,
  loadSupervisor,
  mappingsOf,
  minute,
  type SupervisedWorld,
  type SupervisorEnvironment,
  stateOf,
  tell,
} from '../../support/supervision.ts';

const ALL = { critical: 8, background: 8, delivery: 8 };
const MINUTE_MS = 60_000;

const service = new LambdaService();
let emulators: Emulators;
let stage: SupervisedWorld;
let supervisor: SupervisorEnvironment;

beforeAll(async () => {
  emulators = await startEmulators();
  await service.start();
});
beforeEach(async () => {
  service.readsToChange = 0;
  stage = await buildSupervisedWorld(service);
  supervisor = await loadSupervisor();
});
afterAll(async () => {
  await service.stop();
  await emulators.stop();
});

const mappings = () => mappingsOf(stage, service);
const phases = async () => {
  const state = await stateOf(stage, 'critical');
  return { held: Object.keys(state.holds), step: state.ramp?.step, confirmed: state.confirmed };
};

async function deaths(count: number, fields: Parameters<typeof deathOf>[2] = {}) {
  const now = Date.now();
  const events = Array.from({ length: count }, (_, n) =>
    deathOf(`${now}-${n}`, now - count + n, fields),
  );
  return tell(stage, supervisor, ...events);
}

/** The lane's function answers so; what it was given is kept. */
function lane(name: string, answer: (id: string) => 'done' | 'failed' | 'died') {
  const events: { Records: { messageId: string; body: string }[]; failsafeProbe: unknown }[] = [];
  service.functions.set(`fhir-failsafe-${stage.world.stage}-${name}`, async (given) => {
    const event = given as (typeof events)[number];
    events.push(event);
    const itemIdentifier = event.Records[0]?.messageId ?? '';
    const how = answer(itemIdentifier);
    if (how === 'died') throw new Error('it still cannot load');
    return { batchItemFailures: how === 'failed' ? [{ itemIdentifier }] : [] };
  });
  return events;
}

async function aMinuteLater() {
  skipTime(MINUTE_MS);
  return minute(stage, supervisor);
}

describe('a component that dies while it loads', () => {
  test('R30: is not paused by three deaths in five seconds', async () => {
    expect(await deaths(3)).toEqual([]);
    expect(mappings()).toEqual(ALL);
    expect(service.changes.filter(({ uuid }) => uuid.includes(stage.world.stage))).toEqual([]);
  });

  test('R30 R31: on the fourth every mapping of its lane is off, and people are told', async () => {
    await deaths(3);
    const began = Date.now();
    expect(await deaths(1)).toEqual([]);
    expect(Date.now() - began).toBeLessThan(1_000);
    expect(mappings()).toEqual({ ...ALL, critical: 'off' });
    expect(await phases()).toEqual({ held: ['supervisor'], step: undefined, confirmed: true });
    const [told, ...more] = await receive(stage.world.queues.incident);
    expect(more).toEqual([]);
    expect(JSON.parse(told?.body ?? '')).toEqual({
      escalation: {
        scope: 'supervisor:application',
        at: expect.any(Number),
        why: 'critical died more than 3 times within 5 s',
        id: expect.stringContaining('application'),
      },
    });
    expect(await factsOf(stage)).toMatchObject([
      {
        kind: 'lane-paused',
        component: 'supervisor',
        details: { lane: 'critical', holder: 'supervisor' },
      },
    ]);
  });

  test('R30: a death that is told twice, or late and long past, counts once, or not', async () => {
    const at = Date.now();
    await tell(stage, supervisor, deathOf('a', at), deathOf('b', at + 1), deathOf('c', at + 2));
    await tell(stage, supervisor, deathOf('a', at), deathOf('b', at + 1), deathOf('c', at + 2));
    await tell(stage, supervisor, deathOf('d', at - 10_000), deathOf('e', at + 5_003));
    expect(mappings()).toEqual(ALL);
  });

  test('R33: returns by a probe, two environments, and steps; messages wait meanwhile', async () => {
    for (const body of ['one', 'two']) await send(stage.lanes.critical, body);
    await deaths(4);
    const bad = lane('critical', () => 'died');
    expect(await aMinuteLater()).toEqual([]);
    expect(bad).toHaveLength(1);
    expect(bad[0]).toMatchObject({ failsafeProbe: { child: 'critical' } });
    expect(await phases()).toMatchObject({ held: ['supervisor'] });
    expect(await depthOf(stage.lanes.critical)).toBe(2);
    // Twice the cool-down has passed by now, and what was probed is visible again.
    const good = lane('critical', () => 'done');
    expect(await aMinuteLater()).toEqual([]);
    expect(good).toHaveLength(1);
    expect(await depthOf(stage.lanes.critical)).toBe(1);
    const steps: unknown[] = [mappings()['critical']];
    for (let n = 0; n < 3; n += 1) {
      await aMinuteLater();
      steps.push(mappings()['critical']);
    }
    expect(steps).toEqual([2, 4, 8, 8]);
    expect(await stateOf(stage, 'critical')).toMatchObject({ holds: {}, setbacks: 0 });
    const kinds = (await factsOf(stage)).map(({ kind }) => kind);
    expect(kinds).toEqual(['lane-paused', 'lane-resumed']);
    expect(good).toHaveLength(1);
  });

  test('R33: a probe that failed waits twice as long for the next', async () => {
    await send(stage.lanes.critical, 'one');
    await deaths(4);
    const bad = lane('critical', () => 'died');
    const probes: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      await aMinuteLater();
      probes.push(bad.length);
    }
    expect(probes).toEqual([1, 2, 2, 3, 3, 3, 3, 4]);
  });

  test('R33: with nothing to probe with it returns by time', async () => {
    await deaths(4);
    await aMinuteLater();
    expect(mappings()['critical']).toBe(2);
  });

  test('R02 R33: one bad message does not keep a healthy lane paused', async () => {
    for (const body of ['bad', 'good']) await send(stage.lanes.critical, body);
    await deaths(4);
    const seen = new Set<string>();
    lane('critical', (id) => {
      seen.add(id);
      return seen.size === 1 ? 'failed' : 'done';
    });
    await aMinuteLater();
    expect(mappings()['critical']).toBe(2);
    expect(await depthOf(stage.lanes.critical)).toBe(1);
  });
});

test('R30: what a resource killed says nothing about its component, however often', async () => {
  await deaths(10, { during: 'resource', kind: 'exit' });
  await deaths(10, { during: undefined });
  expect(mappings()).toEqual(ALL);
  expect(await itemsOf(stage.table)).toEqual([]);
});

test('R30: the error kernel has no lane to pause; people are told on the eleventh death', async () => {
  const kernel = { component: 'quarantine', lane: undefined };
  await deaths(10, kernel);
  expect(await depthOf(stage.world.queues.incident)).toBe(0);
  await deaths(1, kernel);
  expect(await depthOf(stage.world.queues.incident)).toBe(1);
  expect(mappings()).toEqual(ALL);
});

test('R30: a component outside the tree is nobody to supervise', async () => {
  expect(await deaths(9, { component: 'stranger', lane: undefined })).toEqual([]);
  expect(await itemsOf(stage.table)).toEqual([]);
});

test('R31: mappings change in the background; a pause is confirmed by reading them back', async () => {
  service.readsToChange = 2;
  await deaths(4);
  expect(await phases()).toMatchObject({ held: ['supervisor'], confirmed: false });
  await minute(stage, supervisor);
  await minute(stage, supervisor);
  expect(await phases()).toMatchObject({ held: ['supervisor'], confirmed: true });
});

test('R31: what a deployment reset is as it should be within a minute', async () => {
  await deaths(4);
  for (const [uuid, mapping] of service.mappings) {
    if (!uuid.includes(stage.world.stage)) continue;
    service.mappings.set(uuid, { ...mapping, enabled: true, maxConcurrency: 8 });
  }
  await minute(stage, supervisor);
  expect(mappings()).toEqual({ ...ALL, critical: 'off' });
});

test('R30: many at once count each death once, and pause once', async () => {
  const now = Date.now();
  for (let n = 0; n < 12; n += 1) {
    await send(stage.queue, JSON.stringify(deathOf(`r-${n}`, now + n)));
  }
  const batches = [];
  for (let n = 0; n < 6; n += 1) batches.push(await receive(stage.queue, 2));
  const others = await Promise.all(batches.map(() => loadSupervisor()));
  const context = { getRemainingTimeInMillis: () => 120_000 } as never;
  const answers = await Promise.all(
    batches.map((Records, n) => others[n]?.handler({ Records }, context)),
  );
  for (const [n, answer] of answers.entries()) {
    expect(answer?.batchItemFailures).toEqual([]);
    await remove(stage.queue, batches[n] ?? []);
  }
  expect(mappings()).toEqual({ ...ALL, critical: 'off' });
  expect(await factsOf(stage)).toHaveLength(1);
  const ids = (await receive(stage.world.queues.incident)).map(
    ({ body }) => JSON.parse(body).escalation.id,
  );
  expect(new Set(ids).size).toBe(1);
});

test('an incident may ask for a pause, once', async () => {
  const remediate = { action: 'pause-lane', lane: 'background', incident: 'validate#1' };
  await tell(stage, supervisor, { remediate });
  expect(mappings()).toEqual({ ...ALL, background: 'off' });
  expect(await stateOf(stage, 'background')).toMatchObject({
    holds: { supervisor: { why: 'incident validate#1' } },
  });
});

test('R09: what is not for a supervisor fails, for its dead-letter queue, and holds up no other', async () => {
  const failed = await tell(stage, supervisor, 'strange', { wake: 'hour' }, { wake: 'minute' });
  expect(failed).toHaveLength(2);
});
