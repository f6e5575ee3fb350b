/**
 * R04: old and new code run side by side, and a message has a copy in its lane and one in isolation. The two are
 * found to be different, and the message has one ending all the same.
 */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { SQSRecord } from 'aws-lambda';
import { beforeEach, expect, test } from 'vitest';
import { GROUP_ATTRIBUTE } from '../../../core/attempt/suspect-group.ts';
import { testClients } from '../../support/clients.ts';
import { contextWith, deliver, receive, remove, send } from '../../support/delivery.ts';
import { drain } from '../../support/drain.ts';
import { failCalls } from '../../support/faults.ts';
import { dieWith } from '../../support/in-flight.ts';
import { faulty, invalidPatient, patient } from '../../support/resources.ts';
import { useStage } from '../../support/stage.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';
import { outcomesTold } from '../../support/told.ts';

const stage = useStage({ deadlineMs: 2_000 });
const OLD = faulty('throw', 'p');
const VALID = patient({ id: 'p' });
const INVALID = invalidPatient('p');

const stored = () => itemsOf(stage.world.tables.resources);
const entries = () => itemsOf(stage.world.tables.quarantine);
const verdictsTold = async () => (await outcomesTold(stage.world)).map(({ verdict }) => verdict);
const deliverAlone = () =>
  deliver(stage.functions.validate, stage.world.queues.isolation, { max: 1 });

let copy: SQSRecord;

/** The attributes of a message that comes for the second time, a minute after the first. */
const secondDelivery = () => ({
  ...copy.attributes,
  ApproximateReceiveCount: '2',
  ApproximateFirstReceiveTimestamp: String(Date.now() - 60_000),
});

/** The copy in the lane comes for the second time, and validation sees this. */
async function deliverInLane(body: string): Promise<boolean> {
  const attributes = secondDelivery();
  const Records = [{ ...copy, body, attributes }];
  const { batchItemFailures } = await stage.functions.validate({ Records }, contextWith(20_000));
  return batchItemFailures.length === 0;
}

/** Old code crashed in the lane, sent it to isolation, and died before the lane's copy was deleted. */
beforeEach(async () => {
  const { lane } = stage.world.queues;
  await send(lane, OLD);
  [copy] = (await receive(lane)) as [SQSRecord];
  const answer = await stage.functions.validate({ Records: [copy] }, contextWith(20_000));
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(await depthOf(stage.world.queues.isolation)).toBe(1);
  // From here on, only the tests deliver it.
  await remove(lane, [copy]);
});

test.each([
  ['valid', VALID],
  ['invalid', INVALID],
])('R04: one that is %s in the lane runs alone if its copy has, and ends once', async (_, body) => {
  expect((await deliverAlone())?.failed).toHaveLength(1);
  expect(await deliverInLane(body)).toBe(true);
  expect(await depthOf(stage.world.queues.isolation)).toBe(2);
  expect(await stored()).toEqual([]);
  expect(await entries()).toMatchObject([{ status: 'in-isolation' }]);
  expect(await verdictsTold()).toEqual([]);
  await drain(stage.world, stage.functions);
  expect(new Set(await verdictsTold()).size).toBe(1);
  expect([...(await stored()), ...(await entries())].length).toBeGreaterThan(0);
});

test('R04: one whose copy is a dead letter already is dead-lettered, and not stored', async () => {
  await deliverAlone();
  await deliverAlone();
  expect(await depthOf(stage.world.queues.deadLetter)).toBe(1);
  expect(await deliverInLane(VALID)).toBe(true);
  await drain(stage.world, stage.functions);
  expect(await stored()).toEqual([]);
  expect(await entries()).toMatchObject([{ status: 'quarantined', kind: 'dead-letter' }]);
  expect(new Set(await verdictsTold())).toEqual(new Set(['dead-lettered']));
});

test('R04: one whose copy has ended as stored is published as stored again', async () => {
  const { isolation } = stage.world.queues;
  await deliverAlone();
  // New code's copy is the first to run.
  await remove(isolation, await receive(isolation));
  await deliverInLane(VALID);
  await drain(stage.world, stage.functions);
  expect(await entries()).toMatchObject([{ status: 'stored' }]);
  await verdictsTold();
  expect(await deliverInLane(VALID)).toBe(true);
  expect(await verdictsTold()).toEqual(['stored']);
});

test('R04 R06: it stays in the lane while the isolation queue takes nothing', async () => {
  await deliverAlone();
  const mend = failCalls(stage.functions, 'sqs', (command) => command.startsWith('SendMessage'));
  expect(await deliverInLane(VALID)).toBe(false);
  expect(await stored()).toEqual([]);
  mend();
  expect(await deliverInLane(VALID)).toBe(true);
});

test('R04: one that travels in a group of suspects runs alone, and the other members are done', async () => {
  const { lane, isolation } = stage.world.queues;
  await deliverAlone();
  await send(lane, patient({ id: 'q' }));
  const [other] = (await receive(lane)) as [SQSRecord];
  const attributes = secondDelivery();
  const both = [
    { ...copy, body: VALID, attributes },
    { ...other, attributes },
  ];
  await dieWith(stage.world, both);
  await stage.functions.validate({ Records: both }, contextWith(20_000));
  const isolated = await receive(isolation);
  const Records = isolated.filter(({ messageAttributes }) => GROUP_ATTRIBUTE in messageAttributes);
  expect(Records).toHaveLength(1);
  const answer = await stage.functions.validate({ Records }, contextWith(20_000));
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(await stored()).toMatchObject([{ resourceId: 'q' }]);
  const bodies = (await receive(isolation)).map(({ body }) => body);
  expect(bodies).toEqual([VALID]);
});

test('R02 R04: one that was stored from the lane before its copy ran is not dead-lettered', async () => {
  expect(await deliverInLane(VALID)).toBe(true);
  expect(await verdictsTold()).toEqual(['stored']);
  await drain(stage.world, stage.functions);
  expect(await stored()).toMatchObject([{ messageId: copy.messageId }]);
  expect(await entries()).toMatchObject([
    { status: 'stored', attempts: [{ crash: 'exception' }, { crash: 'exception' }] },
  ]);
  expect(new Set(await verdictsTold())).toEqual(new Set(['stored']));
});

test('R02 R04: nor if environments died with its copy', async () => {
  expect(await deliverInLane(VALID)).toBe(true);
  const startedAt = Date.now() - 60_000;
  const attempts = ['r-1', 'r-2', 'r-3'].map((requestId) => ({ requestId, startedAt }));
  const entry = { lane: 'background', source: 'default', sentAt: startedAt };
  const Item = { ...entry, pk: copy.messageId, status: 'in-isolation', attempts };
  const put = new PutCommand({ TableName: stage.world.tables.quarantine, Item });
  await testClients().dynamo.send(put);
  expect((await deliverAlone())?.failed).toEqual([]);
  expect(await depthOf(stage.world.queues.deadLetter)).toBe(0);
  expect(await entries()).toMatchObject([{ status: 'stored' }]);
  expect(await verdictsTold()).toEqual(['stored', 'stored']);
});
