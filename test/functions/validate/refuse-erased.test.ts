/** What becomes of a message whose object was erased, or deleted by its producer, while it was on its way. */
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { SQSRecord } from 'aws-lambda';
import { beforeEach, expect, test } from 'vitest';
import { ERASURES_KNOWN_MS } from '../../../core/erasure/erasure.ts';
import { testClients } from '../../support/clients.ts';
import { skipTime } from '../../support/clock.ts';
import { contextWith, receive, send } from '../../support/delivery.ts';
import { drain } from '../../support/drain.ts';
import { loadEraser, placeOf, requestFor } from '../../support/eraser.ts';
import { faulty, invalidPatient, patient } from '../../support/resources.ts';
import { useStage } from '../../support/stage.ts';
import { itemsOf } from '../../support/stores.ts';
import { outcomesTold } from '../../support/told.ts';

const stage = useStage({ deadlineMs: 5_000, heapOldMb: 64 });
const KEY = 'submissions/chalmers';
let eraser: Awaited<ReturnType<typeof loadEraser>>;

beforeEach(async () => {
  eraser = await loadEraser();
});

async function upload(text: string): Promise<void> {
  const object = { Bucket: stage.world.bucket, Key: KEY, Body: text };
  await testClients().s3.send(new PutObjectCommand(object));
}

async function sendClaim(versionId?: string): Promise<void> {
  const claim = { s3: { bucket: stage.world.bucket, key: KEY, versionId } };
  await send(stage.world.queues.lane, JSON.stringify(claim), { file: 'chalmers.ndjson' });
}

async function eraseP1(): Promise<void> {
  await eraser.erase(placeOf(stage.world), requestFor('p1'), eraser.surroundings);
  skipTime(ERASURES_KNOWN_MS);
}

const entries = () => itemsOf(stage.world.tables.quarantine);
const verdicts = async () => (await outcomesTold(stage.world)).map(({ verdict }) => verdict);

/** Delivers the same message again and again, as if it had not been deleted. */
async function received() {
  const [record] = await receive(stage.world.queues.lane);
  if (record === undefined) throw new Error('nothing received');
  return (receives: number) => {
    const firstAt = Number(record.attributes.ApproximateFirstReceiveTimestamp);
    const attributes = {
      ...record.attributes,
      ApproximateReceiveCount: String(receives),
      ApproximateFirstReceiveTimestamp: String(firstAt - (receives > 1 ? 60_000 : 0)),
    };
    const event = { Records: [{ ...record, attributes }] };
    return stage.functions.validate(event, contextWith(20_000));
  };
}

test('R07: a claim check whose object was erased is refused for that, and keeps neither key nor file', async () => {
  await upload(invalidPatient('p1'));
  await sendClaim();
  await eraseP1();
  await drain(stage.world, stage.functions);
  const all = await entries();
  expect(all).toMatchObject([
    { erasure: 1, reason: 'names a patient who was erased after it was submitted' },
  ]);
  for (const name of ['body', 'bodyS3', 'file', 'pinned']) expect(all[0]).not.toHaveProperty(name);
  expect(JSON.stringify(all)).not.toMatch(/chalmers/i);
});

test('R04: a claim check that was stored before its object was erased stays stored', async () => {
  await upload(patient({ id: 'p1' }));
  await sendClaim();
  const again = await received();
  await again(1);
  await eraseP1();
  await again(2);
  expect(await entries()).toEqual([]);
  expect(await verdicts()).toEqual(['stored', 'stored']);
  const rows = await itemsOf(stage.world.tables.resources);
  expect(rows).toMatchObject([{ resourceId: 'p1', erasure: 1 }]);
  for (const name of ['body', 'bodyS3', 'file']) expect(rows[0]).not.toHaveProperty(name);
});

test('R04: a claim check that was stored before its producer deleted the object stays stored', async () => {
  const body = patient({ id: 'p1' });
  await upload(body);
  await sendClaim();
  const again = await received();
  await again(1);
  const { bucket } = stage.world;
  await testClients().s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: KEY }));
  await again(2);
  expect(await entries()).toEqual([]);
  expect(await verdicts()).toEqual(['stored', 'stored']);
  expect(await itemsOf(stage.world.tables.resources)).toMatchObject([{ resourceId: 'p1', body }]);
});

test('R07: an object that its producer deleted is missing, whoever else was erased', async () => {
  await sendClaim();
  await eraseP1();
  await drain(stage.world, stage.functions);
  expect(await entries()).toMatchObject([
    { reason: 'claim check: no such object', bodyS3: { key: KEY }, file: 'chalmers.ndjson' },
  ]);
});

test('R05: the object of a message that was sent after the erasure is missing, and not erased', async () => {
  await upload(patient({ id: 'p1' }));
  await eraseP1();
  await sendClaim();
  await drain(stage.world, stage.functions);
  const all = await entries();
  expect(all).toMatchObject([{ reason: 'claim check: no such object' }]);
  expect(all[0]).not.toHaveProperty('erasure');
});

test('a dead letter whose object was erased while it waited keeps neither body nor file', async () => {
  await upload(faulty('throw', 'p1'));
  await sendClaim();
  const letters: SQSRecord[] = [];
  const quarantine: typeof stage.functions.quarantine = async ({ Records }) => {
    letters.push(...Records);
    return { batchItemFailures: [] };
  };
  await drain(stage.world, { ...stage.functions, quarantine });
  await eraseP1();
  await stage.functions.quarantine({ Records: letters }, contextWith(20_000));
  const all = await entries();
  expect(all).toMatchObject([{ kind: 'dead-letter', status: 'quarantined', erasure: 1 }]);
  for (const name of ['body', 'bodyS3', 'file', 'pinned']) expect(all[0]).not.toHaveProperty(name);
});
