import { beforeEach, describe, expect, test } from 'vitest';
import type { Supervised } from '../../../core/supervision/supervised-state.ts';
import { SUPERVISION_TREE } from '../../../core/supervision/supervision-tree.ts';
import { receive, remove, send } from '../../support/delivery.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';
import {
  buildSupervisedWorld,
  deathOf,
  deathsNow,
  factsOf,
  loadSupervisor,
  mappingsOf,
  minute,
  type SupervisedWorld,
  type SupervisorEnv,
  stateOf,
  tell,
} from '../../support/supervision.ts';
import { useLambdaService } from '../../support/use-lambda-service.ts';

const ALL = { critical: 8, background: 8, delivery: 8 };

const service = useLambdaService();
let stage: SupervisedWorld;
let supervisor: SupervisorEnv;

beforeEach(async () => {
  stage = await buildSupervisedWorld(service);
  supervisor = await loadSupervisor();
});

const mappings = () => mappingsOf(stage, service);
const phases = async () => {
  const state = await stateOf(stage, 'critical');
  return { held: Object.keys(state.holds), step: state.ramp?.step, confirmed: state.confirmed };
};

const deaths = (...those: Parameters<typeof deathsNow>) =>
  tell(stage, supervisor, ...deathsNow(...those));

/** The mappings of the lane according to the template. */
function deployAnew(): void {
  const prefix = `fhir-failsafe-${stage.world.stage}-critical`;
  service.addMapping(prefix, 8);
  service.addMapping(`${prefix}-isolation`, 2);
}

describe('a component that dies while it loads', () => {
  test('R30: is not paused by two deaths, each reported as an init and as an invocation', async () => {
    for (const n of [1, 2]) {
      const at = Date.now();
      const environment = `stream-${n}`;
      const init = deathOf(`init:${environment}:${at}`, at, { environment });
      const death = deathOf(`r-${n}`, at + 1, { environment, requestId: `r-${n}` });
      expect(await tell(stage, supervisor, init)).toEqual([]);
      expect(await tell(stage, supervisor, death)).toEqual([]);
    }
    expect(await mappings()).toEqual(ALL);
  });

  test('R30: is not paused by three deaths in five seconds', async () => {
    expect(await deaths(3)).toEqual([]);
    expect(await mappings()).toEqual(ALL);
  });

  test('R30: a death that is dated in the future hides none that comes after it', async () => {
    await tell(stage, supervisor, deathOf('r-future', Date.now() + 3_600_000));
    await deaths(4);
    expect(await mappings()).toEqual({ ...ALL, critical: 'off' });
  });

  test('R30: after a pause, one that is dated in the future hides none either', async () => {
    const ahead = Date.now() + 3_600_000;
    const future = [1, 2, 3, 4].map((n) => deathOf(`r-future-${n}`, ahead + n));
    await tell(stage, supervisor, ...future);
    expect(await mappings()).toEqual({ ...ALL, critical: 'off' });
    expect((await stateOf(stage, 'critical')).spentUntil).toBeLessThan(ahead);
  });

  test('R30 R31: on the fourth every mapping of its lane is off, and people are notified', async () => {
    await deaths(3);
    // At once, by the invocation that counts it.
    expect(await deaths(1)).toEqual([]);
    expect(await mappings()).toEqual({ ...ALL, critical: 'off' });
    expect(await phases()).toMatchObject({ held: ['supervisor'], step: undefined });
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

  test('R30: counts a death that is reported twice once, and none outside the period', async () => {
    const at = Date.now();
    await tell(stage, supervisor, deathOf('a', at), deathOf('b', at + 1), deathOf('c', at + 2));
    await tell(stage, supervisor, deathOf('a', at), deathOf('b', at + 1), deathOf('c', at + 2));
    await tell(stage, supervisor, deathOf('d', at - 10_000), deathOf('e', at + 5_003));
    expect(await mappings()).toEqual(ALL);
  });
});

test('R30: what a resource killed says nothing about its component, however often', async () => {
  await deaths(10, { during: 'resource', kind: 'exit' });
  await deaths(10, { during: undefined });
  expect(await mappings()).toEqual(ALL);
  expect(await itemsOf(stage.table)).toEqual([]);
});

test('R30: the error kernel has no lane to pause; people are notified on the eleventh death', async () => {
  const kernel = { component: 'quarantine', lane: undefined };
  await deaths(10, kernel);
  expect(await depthOf(stage.world.queues.incident)).toBe(0);
  await deaths(1, kernel);
  expect(await depthOf(stage.world.queues.incident)).toBe(1);
  expect(await mappings()).toEqual(ALL);
});

test('R30: a component outside the tree is not supervised', async () => {
  expect(await deaths(9, { component: 'stranger', lane: undefined })).toEqual([]);
  expect(await itemsOf(stage.table)).toEqual([]);
});

test('R31: mappings change in the background; a pause is confirmed by reading them back', async () => {
  stage = await buildSupervisedWorld(service, { settleMs: 60_000 });
  supervisor = await loadSupervisor();
  await deaths(4);
  expect(await phases()).toMatchObject({ held: ['supervisor'], confirmed: false });
  // It is requested once more, while AWS still accepts no other change.
  expect(await minute(stage, supervisor)).toEqual([]);
  expect(await phases()).toMatchObject({ held: ['supervisor'], confirmed: false });
  deployAnew();
  await minute(stage, supervisor);
  expect(await mappings()).toEqual({ ...ALL, critical: 'off' });
  await minute(stage, supervisor);
  expect(await phases()).toMatchObject({ held: ['supervisor'], confirmed: true });
});

test('R31: mappings that a deployment reset are disabled again within a minute', async () => {
  await deaths(4);
  await mappings();
  deployAnew();
  await minute(stage, supervisor);
  expect(await mappings()).toEqual({ ...ALL, critical: 'off' });
});

test('R30: concurrent invocations count each death once, and pause once', async () => {
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
  expect(await mappings()).toEqual({ ...ALL, critical: 'off' });
  // Each may publish it; the audit writer recognises it by its id.
  expect(new Set((await factsOf(stage)).map(({ id }) => id)).size).toBe(1);
  const ids = (await receive(stage.world.queues.incident)).map(
    ({ body }) => JSON.parse(body).escalation.id,
  );
  expect(new Set(ids).size).toBe(1);
});

test('an incident may request a pause, once', async () => {
  const remediate = { action: 'pause-lane', lane: 'background', incident: 'validate#1' };
  await tell(stage, supervisor, { remediate });
  expect(await mappings()).toEqual({ ...ALL, background: 'off' });
  expect(await stateOf(stage, 'background')).toMatchObject({
    holds: { supervisor: { why: 'incident validate#1' } },
  });
});

test('R09: a message that is not for the supervisor fails, for its dead-letter queue, and delays no other', async () => {
  const failed = await tell(stage, supervisor, 'strange', { wake: 'hour' }, { wake: 'minute' });
  expect(failed).toHaveLength(2);
});

describe('R32: too many deaths of background', () => {
  test.each([
    ['one_for_one', { ...ALL, background: 'off' }],
    ['rest_for_one', { ...ALL, background: 'off', delivery: 'off' }],
    ['one_for_all', { critical: 'off', background: 'off', delivery: 'off' }],
  ] as const)('%s pauses what OTP would terminate', async (strategy, left) => {
    const children = SUPERVISION_TREE.children.map((node) => ({ ...node, strategy }));
    supervisor = await loadSupervisor({ ...SUPERVISION_TREE, children });
    await deaths(4, { lane: 'background' });
    expect(await mappings()).toEqual(left);
    expect(await depthOf(stage.world.queues.incident)).toBe(1);
    // What has no lane cannot be paused, and nobody could bring it back.
    const held = Object.entries(left).filter(([, is]) => is === 'off');
    const items = (await itemsOf(stage.table)) as unknown as Supervised[];
    const names = items.filter(({ holds }) => holds.supervisor).map(({ name }) => name);
    expect(names.toSorted()).toEqual(held.map(([name]) => name).toSorted());
  });
});
