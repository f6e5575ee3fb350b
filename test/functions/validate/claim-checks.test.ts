import { PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { claimCheckTo } from '../../../core/message/claim-check.ts';
import { testClients } from '../../support/clients.ts';
import { contextWith, deliver, send } from '../../support/delivery.ts';
import { failCalls } from '../../support/faults.ts';
import { invalidPatient, patient } from '../../support/resources.ts';
import { useStage } from '../../support/stage.ts';
import { itemsOf } from '../../support/stores.ts';
import type { World } from '../../support/world.ts';

const stage = useStage({ deadlineMs: 5_000, resourceBytesMax: 500_000 });

const deliverBatch = (timeoutMs = 20_000) =>
  deliver(stage.functions.validate, stage.world.queues.lane, { context: contextWith(timeoutMs) });

async function upload(key: string, text: string): Promise<string> {
  const object = { Bucket: stage.world.bucket, Key: key, Body: text };
  await testClients().s3.send(new PutObjectCommand(object));
  return JSON.stringify({ s3: { bucket: stage.world.bucket, key } });
}

const NO_KEY = 'key that S3 does not take';
const NO_VERSION = 'version that S3 does not give';
const OUTSIDE = "key outside its source's folder";

describe('a claim check', () => {
  test('is replaced by the resource', async () => {
    const body = patient({ id: 'by-claim' });
    await send(stage.world.queues.lane, await upload('submissions/1', body));
    expect((await deliverBatch())?.failed).toEqual([]);
    expect(await itemsOf(stage.world.tables.resources)).toMatchObject([
      { body, resourceId: 'by-claim' },
    ]);
  });

  test('to an invalid resource is rejected, with the text that was read', async () => {
    const body = invalidPatient();
    await send(stage.world.queues.lane, await upload('submissions/2', body));
    await deliverBatch();
    expect(await itemsOf(stage.world.tables.quarantine)).toMatchObject([
      { kind: 'rejection', body },
    ]);
  });

  test.each([
    ['a foreign bucket', () => claim('somebody-elses', 'submissions/a'), 'another bucket'],
    ['a quarantined body', (w: World) => claim(w.bucket, 'quarantine/a'), OUTSIDE],
    ['a hop', (w: World) => claim(w.bucket, `hops/background/m/${'a'.repeat(64)}`), OUTSIDE],
    ['a former hop', (w: World) => claim(w.bucket, `hops/m/${'a'.repeat(64)}`), OUTSIDE],
    [
      'a path with a dot segment',
      (w: World) => claim(w.bucket, 'submissions/../quarantine/a'),
      NO_KEY,
    ],
    ['a key that is not a string', (w: World) => claim(w.bucket, 'submissions/\ud800'), NO_KEY],
    [
      'a key too long for S3',
      (w: World) => claim(w.bucket, `submissions/${'é'.repeat(600)}`),
      NO_KEY,
    ],
    [
      'a version that is not a string',
      (w: World) => claimCheckTo({ bucket: w.bucket, key: 'submissions/1', versionId: '\ud800' }),
      NO_VERSION,
    ],
  ])('to %s is rejected', async (_, body, what) => {
    await send(stage.world.queues.lane, body(stage.world));
    expect((await deliverBatch())?.failed).toEqual([]);
    const [item] = await itemsOf(stage.world.tables.quarantine);
    expect(item).toMatchObject({
      kind: 'rejection',
      reason: `claim check: ${what}`,
      body: body(stage.world),
    });
  });

  test('to nothing is rejected, because it will not appear later', async () => {
    await send(stage.world.queues.lane, claim(stage.world.bucket, 'submissions/none'));
    expect((await deliverBatch())?.failed).toEqual([]);
    expect(await itemsOf(stage.world.tables.quarantine)).toMatchObject([
      {
        kind: 'rejection',
        reason: 'claim check: no such object',
        bodyS3: { key: 'submissions/none' },
      },
    ]);
  });

  test('to something too large, or not UTF-8, is rejected', async () => {
    await send(stage.world.queues.lane, await upload('submissions/3', 'x'.repeat(500_001)));
    const latin1 = { Bucket: stage.world.bucket, Key: 'submissions/4', Body: Buffer.from([0xfc]) };
    await testClients().s3.send(new PutObjectCommand(latin1));
    await send(stage.world.queues.lane, claim(stage.world.bucket, 'submissions/4'));
    expect((await deliverBatch())?.failed).toEqual([]);
    const items = await itemsOf(stage.world.tables.quarantine);
    expect(items.map((item) => item['reason']).sort()).toEqual([
      'claim check: object is not UTF-8',
      'claim check: object too large',
    ]);
  });

  test('R05: to a text with a byte order mark is rejected, as the text itself is', async () => {
    const text = `\ufeff${patient()}`;
    await send(stage.world.queues.lane, await upload('submissions/6', text));
    await send(stage.world.queues.lane, text);
    expect((await deliverBatch())?.failed).toEqual([]);
    const reason = 'not JSON: begins with a byte order mark';
    const rejected = { kind: 'rejection', reason, body: text };
    expect(await itemsOf(stage.world.tables.quarantine)).toMatchObject([rejected, rejected]);
    expect(await itemsOf(stage.world.tables.resources)).toEqual([]);
  });

  test('R09: that cannot be read because of the bucket waits', async () => {
    await send(stage.world.queues.lane, await upload('submissions/5', patient()));
    failCalls(stage.functions, 's3', (command) => command === 'GetObjectCommand');
    expect((await deliverBatch())?.failed).toHaveLength(1);
    expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
  });
});

const claim = (bucket: string, key: string) => JSON.stringify({ s3: { bucket, key } });
