/** An incident's whole life, with an operator at the command line and a clock that is moved (R20-R22). */
import { beforeEach, expect, test } from 'vitest';
import { MINUTE_WAKE } from '../../core/message/messages.ts';
import { skipTime } from '../support/clock.ts';
import { contextWith, receive, remove, send } from '../support/delivery.ts';
import { drain } from '../support/drain.ts';
import { failCalls } from '../support/faults.ts';
import type { Queue } from '../support/provision.ts';
import { useStage } from '../support/stage.ts';
import { depthOf, itemsOf } from '../support/stores.ts';

const MINUTE_MS = 60_000;
const stage = useStage({ remediation: 'pause-lane' }, undefined, 'any role');

/** The command line, with clients of its own for the emulators. */
let cli: typeof import('../../cli/incident/say.ts') & typeof import('../../cli/incident/read.ts');
beforeEach(async () => {
  const say = await import('../../cli/incident/say.ts');
  cli = { ...say, ...(await import('../../cli/incident/read.ts')) };
});

async function storm(crashes: number, prefix = 'r'): Promise<void> {
  for (let n = 0; n < crashes; n += 1) {
    const crash = {
      id: `${prefix}-${n}`,
      component: 'validate',
      kind: 'exit',
      at: Date.now() - n,
      lane: 'critical',
      messageId: `m-${n % 7}`,
      fingerprint: `f-${n % 2}`,
    };
    await send(stage.world.queues.incident, JSON.stringify(crash));
  }
  await drain(stage.world, stage.functions);
}

/** Lets minutes pass, each with its wake. */
async function minutes(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    skipTime(MINUTE_MS);
    await send(stage.world.queues.incident, JSON.stringify(MINUTE_WAKE));
    await drain(stage.world, stage.functions);
  }
}

/** What a topic's readers got since the last call: notice and key. */
async function told(queue: Queue): Promise<string[]> {
  const records = await receive(queue);
  await remove(queue, records);
  return records.map(({ messageAttributes: { notice, dedupKey } }) => {
    const { stage: name } = stage.world;
    return `${notice?.stringValue} ${dedupKey?.stringValue?.replace(`/${name}/`, ' ')}`;
  });
}
const oncall = () => told(stage.world.queues.oncall);
const management = () => told(stage.world.queues.management);
const word = (why: string) => ({ at: Date.now(), by: 'ana', why });
const FIRST = { scope: 'validate', number: 1 };

test('R20 R21 R22: a storm pages, pages again, escalates, is acknowledged, and resolves itself', async () => {
  const { world } = stage;
  await storm(25);
  expect(await oncall()).toEqual(['page fhir-failsafe validate#1']);
  expect(await management()).toEqual(['notice fhir-failsafe validate#1']);
  expect(JSON.parse((await receive(world.queues.supervisor))[0]?.body ?? '{}')).toEqual({
    remediate: { action: 'pause-lane', lane: 'critical', incident: 'validate#1' },
  });

  await minutes(4);
  expect([await oncall(), await management()]).toEqual([[], []]);
  await storm(5, 'goes-on');
  await minutes(2);
  expect(await oncall()).toEqual(['page-again fhir-failsafe validate#1']);
  await storm(5, 'and-on');
  await minutes(4);
  await storm(5, 'and-on-and-on');
  await minutes(5);
  expect([await oncall(), await management()]).toEqual([
    [],
    ['escalation fhir-failsafe validate#1'],
  ]);

  await cli.sayOf(world.stage, FIRST, 'acknowledge', word('on it'));
  await drain(world, stage.functions);
  expect(await oncall()).toEqual(['acknowledgement fhir-failsafe validate#1']);
  await expect(cli.sayOf(world.stage, FIRST, 'acknowledge', word('me too'))).rejects.toThrow(
    'incident validate#1: acknowledged already',
  );

  // Fewer than half the threshold keep nothing open.
  await storm(4, 'last');
  await minutes(6);
  expect(await oncall()).toEqual(['resolution fhir-failsafe validate#1']);
  expect(await management()).toEqual(['all-clear fhir-failsafe validate#1']);
  expect(await cli.readIncidents(world.stage, false)).toEqual([]);
  const [over] = await cli.readIncidents(world.stage, true);
  expect(over).toMatchObject({
    status: 'resolved',
    resolved: { by: 'quiet' },
    acknowledged: { by: 'ana', why: 'on it' },
    crashes: 44,
    messages: 7,
    fingerprints: [{ fingerprint: 'f-0' }, { fingerprint: 'f-1' }],
  });
  await minutes(2);
  expect([await oncall(), await management()]).toEqual([[], []]);
});

test('R20 R22: an incident that an operator resolved too early is followed by another, with its own key', async () => {
  const { world } = stage;
  await storm(10);
  await cli.sayOf(world.stage, FIRST, 'resolve', word('rolled back'));
  await drain(world, stage.functions);
  expect(await oncall()).toEqual([
    'page fhir-failsafe validate#1',
    'resolution fhir-failsafe validate#1',
  ]);
  skipTime(1_000);
  await storm(10, 'still');
  expect(await oncall()).toEqual(['page fhir-failsafe validate#2']);
  expect(await cli.readIncidents(world.stage, false)).toMatchObject([{ number: 2, crashes: 10 }]);
  await expect(cli.readOne(world.stage, { scope: 'x', number: 9 })).rejects.toThrow('no incident');
});

test('R21: a failing topic does not keep others from being notified, and is retried a minute later', async () => {
  const { world } = stage;
  const isOncall = (topic: unknown) => String(topic).endsWith('-oncall');
  const repair = failCalls(stage.functions, 'sns', (_, { TopicArn }) => isOncall(TopicArn));
  for (let n = 0; n < 10; n += 1) {
    const crash = { id: `r-${n}`, component: 'validate', kind: 'exit', at: Date.now() };
    await send(world.queues.incident, JSON.stringify(crash));
  }
  const records = await receive(world.queues.incident);
  const answer = await stage.functions.incident({ Records: records }, contextWith());
  expect(answer.batchItemFailures).toHaveLength(10);
  expect(await management()).toEqual(['notice fhir-failsafe validate#1']);
  expect(await depthOf(world.queues.oncall)).toBe(0);
  repair();
  await remove(world.queues.incident, records);
  await minutes(1);
  expect(await oncall()).toEqual(['page fhir-failsafe validate#1']);
  const [incident] = (await itemsOf(world.tables.incidents)).filter((item) => item['done']);
  expect(incident).not.toHaveProperty('held');
});
