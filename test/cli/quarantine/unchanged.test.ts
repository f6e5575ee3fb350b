/** R04: what is redriven without a fix is rejected again, for the same reason. */
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { type MessageAttributeValue, SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { SEND_BYTES_MAX } from '../../../core/message/send-batches.ts';
import { partsOf } from '../../../functions/validate/parts.ts';
import { readSubmission } from '../../../functions/validate/submission.ts';
import { isolate } from '../../../functions/validate/suspects.ts';
import { testClients } from '../../support/clients.ts';
import { skipTime } from '../../support/clock.ts';
import { deliver, receive, send } from '../../support/delivery.ts';
import { drain } from '../../support/drain.ts';
import { NOWHERE, validateDeps } from '../../support/functions.ts';
import { byTest, loadOperator, stageOf } from '../../support/operator.ts';
import { invalidPatient, patient } from '../../support/resources.ts';
import { useStage } from '../../support/stage.ts';
import { itemsOf } from '../../support/stores.ts';
import type { World } from '../../support/world.ts';

const stage = useStage({ deadlineMs: 2_000, resourceBytesMax: 2_000_000, inlineBytesMax: 4_000 });

type Kind = readonly [
  kind: string,
  attributes: Record<string, string>,
  body: (world: World) => string | Promise<string>,
];
const ofPatient = () => patient();
const claim = (bucket: string, key: string) => JSON.stringify({ s3: { bucket, key } });

async function upload({ bucket }: World, key: string, Body: string | Buffer): Promise<string> {
  await testClients().s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body }));
  return claim(bucket, key);
}

/** As large as a message may be, so a hop has to store it in the bucket. */
const padded = (text: string, attributesBytes = 0) =>
  text + ' '.repeat(SEND_BYTES_MAX - attributesBytes - Buffer.byteLength(text));

const KINDS: readonly Kind[] = [
  ['a source that is too long', { source: 'x'.repeat(129) }, ofPatient],
  ['a file that is too long', { file: 'x'.repeat(1_025) }, ofPatient],
  ['a line in words', { line: 'zwölf' }, ofPatient],
  ['a sequence above the largest exact integer', { sequence: '1e20' }, ofPatient],
  ['several unreadable attributes', { source: 'lab', line: '-1', sequence: 'x' }, ofPatient],
  [
    'an unreadable attribute with a large body',
    { line: 'x' },
    () => padded(patient(), 'lineStringx'.length),
  ],
  ['a foreign bucket', {}, () => claim('somebody-elses', 'submissions/a')],
  ['a claim check to a quarantined body', {}, ({ bucket }) => claim(bucket, 'quarantine/a')],
  ['a malformed claim check', {}, () => '{"s3":{"bucket":1}}'],
  ['a large malformed claim check', {}, () => padded('{"s3":{"bucket":1}}')],
  ['a claim check to a missing object', {}, ({ bucket }) => claim(bucket, 'submissions/none')],
  [
    'a claim check to text that is not UTF-8',
    {},
    (world) => upload(world, 'submissions/u', Buffer.from([0xfc])),
  ],
  [
    'a claim check to an object that is too large',
    {},
    (world) => upload(world, 'submissions/l', 'x'.repeat(2_000_001)),
  ],
  ['a claim check to a claim check', {}, (world) => upload(world, 'submissions/c', '{"s3":{}}')],
  ['an invalid resource', { source: 'lab' }, () => invalidPatient()],
];

test.each(KINDS)('R04: rejected again: %s', async (_, attributes, make) => {
  const { world, functions } = stage;
  // Another sender's entry, under the fallback source of unreadable messages.
  await send(world.queues.lane, patient({ language: 'en' }));
  await deliver(functions.validate, world.queues.lane);
  const before = await itemsOf(world.tables.resources);
  expect(before).toHaveLength(1);

  const id = await send(world.queues.lane, await make(world), attributes);
  await deliver(functions.validate, world.queues.lane);
  const operator = await loadOperator();
  const entryOf = () => operator.readEntry(world.tables.quarantine, id);
  const first = await entryOf();
  expect(first).toMatchObject({ status: 'quarantined', kind: 'rejection' });
  for (const round of [1, 2]) {
    skipTime(1_000);
    expect(await operator.redrive(stageOf(world), { kind: 'all' }, byTest())).toEqual({ sent: 1 });
    await drain(world, functions);
    const { reason, outcome, fingerprint, source } = first ?? {};
    expect(await entryOf()).toMatchObject({
      ...{ status: 'quarantined', kind: 'rejection', round },
      ...{ reason, outcome, fingerprint, source },
    });
  }
  expect(await itemsOf(world.tables.resources)).toEqual(before);
});

test('R04: an attribute that is not text is rejected, redriven or not', async () => {
  const { world, functions } = stage;
  const source: MessageAttributeValue = { DataType: 'Binary', BinaryValue: Buffer.from('lab') };
  const { MessageId: id = '' } = await testClients().sqs.send(
    new SendMessageCommand({
      QueueUrl: world.queues.lane.url,
      MessageBody: patient(),
      MessageAttributes: { source },
    }),
  );
  await deliver(functions.validate, world.queues.lane);
  const operator = await loadOperator();
  skipTime(1_000);
  await operator.redrive(stageOf(world), { kind: 'ids', ids: [id] }, byTest());
  await drain(world, functions);
  expect(await operator.readEntry(world.tables.quarantine, id)).toMatchObject({
    status: 'quarantined',
    problem: 'message attributes: unreadable (source)',
  });
  expect(await itemsOf(world.tables.resources)).toEqual([]);
});

test('R04: a message that was isolated unread is rejected too', async () => {
  const { world, functions } = stage;
  const id = await send(world.queues.lane, patient(), { source: 'x'.repeat(129) });
  const [record] = await receive(world.queues.lane);
  if (record === undefined) throw new Error('nothing received');
  const parts = partsOf(await validateDeps(NOWHERE));
  expect(await isolate(parts, [readSubmission(parts, record)], { crash: 'exit' })).toEqual([true]);
  await deliver(functions.validate, world.queues.isolation);
  expect(await itemsOf(world.tables.quarantine)).toMatchObject([
    { pk: id, kind: 'rejection', reason: 'unreadable attribute source' },
  ]);
  expect(await itemsOf(world.tables.resources)).toEqual([]);
});
