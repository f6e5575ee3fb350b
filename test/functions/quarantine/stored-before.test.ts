/** Letters of messages that are stored: SQS gives up on whatever was received too often, whatever became of it. */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { ENVELOPE_ATTRIBUTE } from '../../../core/message/messages.ts';
import { testClients } from '../../support/clients.ts';
import { deliver, send } from '../../support/delivery.ts';
import { patient } from '../../support/resources.ts';
import { useStage } from '../../support/stage.ts';
import { itemsOf } from '../../support/stores.ts';
import { outcomesTold } from '../../support/told.ts';

const stage = useStage({}, ['quarantine']);

const WHENCE = { lane: 'background', source: 'default', sentAt: 1_000 };
const put = (TableName: string, item: Record<string, unknown>) =>
  testClients().dynamo.send(new PutCommand({ TableName, Item: { ...WHENCE, ...item } }));
const deliverLetters = () => deliver(stage.functions.quarantine, stage.world.queues.deadLetter);

const storeAs = (messageId: string, source = 'default') =>
  put(stage.world.tables.resources, { pk: `${source}#Patient#p-1`, source, messageId });

test.each([
  ['in its body', () => patient()],
  [
    'in the bucket',
    () => JSON.stringify({ s3: { bucket: stage.world.bucket, key: 'submissions/1' } }),
  ],
])('R04: a message that SQS gave up on after it was stored ends as stored, %s', async (_, body) => {
  const id = await send(stage.world.queues.deadLetter, body());
  await storeAs(id);
  expect((await deliverLetters())?.failed).toEqual([]);
  expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
  expect(await outcomesTold(stage.world)).toMatchObject([
    { messageId: id, verdict: 'stored', source: 'default', lane: 'background' },
  ]);
});

test.each([
  ['in-isolation', 'stored', 'stored'],
  ['quarantined', 'quarantined', 'rejected'],
])('R04: its entry, which is %s, is %s then', async (status, after, verdict) => {
  const envelope = JSON.stringify({ ...WHENCE, messageId: 'm-1' });
  const entry = { pk: 'm-1', status, kind: 'rejection', attempts: [], redrives: 0 };
  await put(stage.world.tables.quarantine, entry);
  await storeAs('m-1');
  await send(stage.world.queues.deadLetter, patient(), { [ENVELOPE_ATTRIBUTE]: envelope });
  expect((await deliverLetters())?.failed).toEqual([]);
  expect(await itemsOf(stage.world.tables.quarantine)).toMatchObject([{ status: after }]);
  expect(await outcomesTold(stage.world)).toMatchObject([{ messageId: 'm-1', verdict }]);
});

test('R51: what another source has stored under the same message id ends no message', async () => {
  const id = await send(stage.world.queues.deadLetter, patient());
  await storeAs(id, 'lab');
  expect((await deliverLetters())?.failed).toEqual([]);
  expect(await itemsOf(stage.world.tables.quarantine)).toMatchObject([
    { pk: id, status: 'quarantined' },
  ]);
});
