import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, test } from 'vitest';
import { testClients } from '../../support/clients.ts';
import { skipTime } from '../../support/clock.ts';
import { send } from '../../support/delivery.ts';
import { tableAt } from '../../support/handles.ts';
import { depthOf } from '../../support/stores.ts';
import {
  answerProbes,
  buildSupervisedWorld,
  deathsNow,
  factsOf,
  type LaneAnswer,
  loadSupervisor,
  mappingsOf,
  minute,
  type SupervisedWorld,
  type SupervisorEnv,
  stateOf,
  tell,
} from '../../support/supervision.ts';
import { useLambdaService } from '../../support/use-lambda-service.ts';

const MINUTE_MS = 60_000;

const service = useLambdaService();
let stage: SupervisedWorld;
let supervisor: SupervisorEnv;

beforeEach(async () => {
  stage = await buildSupervisedWorld(service);
  supervisor = await loadSupervisor();
});

const mappings = () => mappingsOf(stage, service);
const deaths = (count: number) => tell(stage, supervisor, ...deathsNow(count));

const lane = (name: string, answer: (id: string) => LaneAnswer) =>
  answerProbes(stage, service, name, answer);

async function aMinuteLater() {
  skipTime(MINUTE_MS);
  return minute(stage, supervisor);
}

describe('a paused lane', () => {
  test('R33: returns by a probe, two environments, and steps; messages wait meanwhile', async () => {
    for (const body of ['one', 'two']) await send(stage.lanes.critical, body);
    await deaths(4);
    const bad = lane('critical', () => 'died');
    expect(await aMinuteLater()).toEqual([]);
    expect(bad).toHaveLength(1);
    expect(bad[0]).toMatchObject({ failsafeProbe: { child: 'critical' } });
    expect(Object.keys((await stateOf(stage, 'critical')).holds)).toEqual(['supervisor']);
    expect(await depthOf(stage.lanes.critical)).toBe(2);
    // Twice the cool-down has passed by now, and the probed messages are visible again.
    const good = lane('critical', () => 'done');
    expect(await aMinuteLater()).toEqual([]);
    expect(good).toHaveLength(1);
    expect(await depthOf(stage.lanes.critical)).toBe(1);
    const steps: unknown[] = [(await mappings())['critical']];
    for (let n = 0; n < 3; n += 1) {
      await aMinuteLater();
      steps.push((await mappings())['critical']);
    }
    expect(steps).toEqual([2, 4, 8, 8]);
    expect(await stateOf(stage, 'critical')).toMatchObject({ holds: {}, setbacks: 0 });
    const kinds = (await factsOf(stage)).map(({ kind }) => kind);
    expect(kinds).toEqual(['lane-paused', 'lane-resumed']);
    expect(good).toHaveLength(1);
  });

  test('R33: waits twice as long after a failed probe', async () => {
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

  test.each([
    ['two bad messages: a third one brings it back', 2, 2],
    ['three, which show that the component is to blame', 3, 'off'],
  ])('R02 R33: tries another message after a bad one. %s', async (_, count, then) => {
    for (const body of ['one', 'two', 'three', 'four']) await send(stage.lanes.critical, body);
    await deaths(4);
    const seen = new Set<string>();
    lane('critical', (id) => (seen.add(id).size <= count ? 'failed' : 'done'));
    await aMinuteLater();
    expect(seen.size).toBe(3);
    expect((await mappings())['critical']).toBe(then);
  });

  test('R33: has had a failed probe if its only message fails, though nothing else is there to try', async () => {
    await send(stage.lanes.critical, 'one');
    await deaths(4);
    const bad = lane('critical', () => 'failed');
    await aMinuteLater();
    expect(bad).toHaveLength(1);
    expect((await mappings())['critical']).toBe('off');
    expect(await stateOf(stage, 'critical')).toMatchObject({ setbacks: 1 });
  });

  test('R33: returns after a time if there is no message for a probe', async () => {
    await deaths(4);
    await aMinuteLater();
    expect((await mappings())['critical']).toBe(2);
  });

  test('R33: waits for messages that the deaths left in flight, which are then the probe', async () => {
    await send(stage.lanes.critical, 'one');
    const { sqs } = testClients();
    const QueueUrl = stage.lanes.critical.url;
    await sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 90 }));
    await deaths(4);
    const good = lane('critical', () => 'done');
    await aMinuteLater();
    expect([good.length, (await mappings())['critical']]).toEqual([0, 'off']);
    await aMinuteLater();
    expect([good.length, (await mappings())['critical']]).toEqual([1, 2]);
  });

  test('R33: is disabled again after a deployment reset it, before anything is tried', async () => {
    await send(stage.lanes.critical, 'one');
    await deaths(4);
    await mappings();
    await minute(stage, supervisor);
    const good = lane('critical', () => 'done');
    service.addMapping(`fhir-failsafe-${stage.world.stage}-critical`, 8, 50);
    await aMinuteLater();
    expect(good).toHaveLength(0);
    expect(await stateOf(stage, 'critical')).toMatchObject({ confirmed: false });
    await mappings();
    await aMinuteLater();
    expect(good).toHaveLength(1);
  });

  test('R02 R33: is not kept paused by one bad message', async () => {
    for (const body of ['bad', 'good']) await send(stage.lanes.critical, body);
    await deaths(4);
    const seen = new Set<string>();
    lane('critical', (id) => {
      seen.add(id);
      return seen.size === 1 ? 'failed' : 'done';
    });
    await aMinuteLater();
    expect((await mappings())['critical']).toBe(2);
    expect(await depthOf(stage.lanes.critical)).toBe(1);
  });

  test.each([
    ['with another message, whichever comes first', ['killer', 'good'], 'done', 1],
    ['after a time if there is no other', ['killer'], undefined, 0],
  ] as const)(
    'R33: is not kept paused by a message that kills its probe: it returns %s',
    async (_, bodies, others, left) => {
      for (const body of bodies) await send(stage.lanes.critical, body);
      await deaths(4);
      const killers = new Set<string>();
      lane('critical', (id) => {
        if (killers.has(id)) return 'isolated';
        if (killers.size > 0 && others !== undefined) return others;
        killers.add(id);
        return 'died';
      });
      await aMinuteLater();
      expect((await mappings())['critical']).toBe('off');
      await aMinuteLater();
      expect((await mappings())['critical']).toBe(2);
      expect(await depthOf(stage.lanes.critical)).toBe(left);
    },
  );
});

test('R33: stays paused by an operator, whatever the supervisor does', async () => {
  await send(stage.lanes.critical, 'one');
  await deaths(4);
  const good = lane('critical', () => 'done');
  const { pauseByOperator } = await import('../../../core/supervision/lane-holds.ts');
  const { saveSupervised } = await import('../../../aws/supervision-table.ts');
  const state = await stateOf(stage, 'critical');
  const held = pauseByOperator(state, { by: 'ada', why: 'a new server' }, Date.now());
  expect(await saveSupervised(tableAt(stage.table), { ...held, version: state.version + 1 })).toBe(
    true,
  );
  for (let n = 0; n < 4; n += 1) await aMinuteLater();
  expect((await mappings())['critical']).toBe('off');
  expect(good).toEqual([]);
  expect(await factsOf(stage)).toMatchObject([
    { kind: 'lane-paused', details: { holder: 'supervisor' } },
    { kind: 'lane-paused', details: { holder: 'operator' }, actor: 'ada', reason: 'a new server' },
  ]);
});
