/** R04: a producer may put another object under the key of a claim check between two deliveries of its message. */
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { testClients } from '../../support/clients.ts';
import { skipTime } from '../../support/clock.ts';
import { contextWith, deliver, send } from '../../support/delivery.ts';
import { failCalls } from '../../support/faults.ts';
import { invalidPatient, patient } from '../../support/resources.ts';
import { useStage } from '../../support/stage.ts';
import { itemsOf } from '../../support/stores.ts';
import { outcomesTold } from '../../support/told.ts';

const stage = useStage({ deadlineMs: 5_000, resourceBytesMax: 500_000 }, ['validate']);

const KEY = 'submissions/current';
const put = (text: string | Buffer) =>
  testClients().s3.send(new PutObjectCommand({ Bucket: stage.world.bucket, Key: KEY, Body: text }));
const run = () =>
  deliver(stage.functions.validate, stage.world.queues.lane, { context: contextWith(20_000) });

/** Its first delivery stores it, and dies before it is told. */
async function storeUntold(text: string): Promise<string> {
  await put(text);
  const s3 = { bucket: stage.world.bucket, key: KEY };
  const id = await send(stage.world.queues.lane, JSON.stringify({ s3 }));
  const mend = failCalls(stage.functions, 'sns', () => true);
  expect((await run())?.failed).toEqual([id]);
  mend();
  skipTime(80_000);
  return id;
}

test.each([
  ['another resource', patient({ id: 'second' })],
  ['an invalid resource', invalidPatient('third')],
  ['a claim check', '{"s3":{"bucket":"a-bucket","key":"submissions/1"}}'],
  ['something too large', 'x'.repeat(500_001)],
  ['other bytes', Buffer.from([0xfc])],
])('a message that is stored has no second ending if its object is %s then', async (_, later) => {
  const id = await storeUntold(patient({ id: 'first' }));
  await put(later);
  expect((await run())?.failed).toEqual([]);
  expect(await itemsOf(stage.world.tables.resources)).toMatchObject([
    { resourceId: 'first', messageId: id },
  ]);
  expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
  expect(await outcomesTold(stage.world)).toMatchObject([{ messageId: id, verdict: 'stored' }]);
});

test('a message that was not stored has the verdict on the object that is there', async () => {
  await put(patient({ id: 'first' }));
  const s3 = { bucket: stage.world.bucket, key: KEY };
  await send(stage.world.queues.lane, JSON.stringify({ s3 }));
  const mend = failCalls(stage.functions, 's3', (command) => command === 'GetObjectCommand');
  expect((await run())?.failed).toHaveLength(1);
  mend();
  skipTime(80_000);
  await put(patient({ id: 'second' }));
  expect((await run())?.failed).toEqual([]);
  expect(await itemsOf(stage.world.tables.resources)).toMatchObject([{ resourceId: 'second' }]);
});
