import { PutObjectCommand } from '@aws-sdk/client-s3';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { ENVELOPE_ATTRIBUTE } from '../../../core/message/messages.ts';
import { testClients } from '../../support/clients.ts';
import { skipTime } from '../../support/clock.ts';
import { contextWith, deliver, send } from '../../support/delivery.ts';
import { delayCalls } from '../../support/faults.ts';
import { invalidPatient, patient } from '../../support/resources.ts';
import { useStage } from '../../support/stage.ts';
import { itemsOf } from '../../support/stores.ts';

const stage = useStage({ deadlineMs: 5_000 });

async function claimCheck(text: string): Promise<string> {
  const s3 = { bucket: stage.world.bucket, key: 'submissions/slow' };
  await testClients().s3.send(new PutObjectCommand({ Bucket: s3.bucket, Key: s3.key, Body: text }));
  return JSON.stringify({ s3 });
}

const envelope = (messageId: string) => ({
  [ENVELOPE_ATTRIBUTE]: JSON.stringify({
    messageId,
    sentAt: 1_000,
    source: 'lab',
    lane: 'background',
  }),
});

/** Its environment died once, so it runs in a process of its own. */
async function diedOnce(pk: string): Promise<void> {
  const { quarantine } = stage.world.tables;
  const attempts = [{ requestId: 'dead-environment', startedAt: 1 }];
  const item = {
    pk,
    lane: 'background',
    source: 'lab',
    sentAt: 1,
    status: 'in-isolation',
    attempts,
  };
  await testClients().dynamo.send(new PutCommand({ TableName: quarantine, Item: item }));
}

const run = (queue: 'lane' | 'isolation', timeoutMs: number) =>
  deliver(stage.functions.validate, stage.world.queues[queue], { context: contextWith(timeoutMs) });
describe('a message whose bucket answers after its invocation ended', () => {
  test.each([0, 50, 150, 250, 400])(
    'R61: is not validated beside the next one: the bucket answers %i ms into that',
    async (ms) => {
      for (const id of ['A', 'B']) await diedOnce(id);
      await send(stage.world.queues.isolation, await claimCheck(patient()), envelope('A'));
      const release = delayCalls(
        stage.functions,
        's3',
        (command) => command === 'GetObjectCommand',
      );
      await run('isolation', 5_000);
      await send(stage.world.queues.isolation, invalidPatient('of-B'), envelope('B'));
      setTimeout(release, ms);
      expect((await run('isolation', 10_000))?.failed).toEqual([]);
      expect(await itemsOf(stage.world.tables.resources)).toEqual([]);
      const entries = await itemsOf(stage.world.tables.quarantine);
      expect(entries.map(({ pk, status }) => `${pk} ${status}`).sort()).toEqual([
        'A in-isolation',
        'B quarantined',
      ]);
      // It spent no attempt (R09): it comes again, runs, and is stored.
      skipTime(70_000);
      await run('isolation', 10_000);
      expect(await itemsOf(stage.world.tables.resources)).toMatchObject([{ messageId: 'A' }]);
    },
  );

  test('R61: is not stored by a later batch of the lane', async () => {
    await send(stage.world.queues.lane, await claimCheck(patient({ id: 'slow' })));
    const release = delayCalls(stage.functions, 's3', (command) => command === 'GetObjectCommand');
    expect((await run('lane', 3_500))?.failed).toHaveLength(1);
    await send(stage.world.queues.lane, patient({ id: 'next' }));
    setTimeout(release, 20);
    await run('lane', 10_000);
    const stored = await itemsOf(stage.world.tables.resources);
    expect(stored.map(({ resourceId }) => resourceId)).toEqual(['next']);
  });
});

describe('a verdict whose write is held back until its invocation has ended', () => {
  test.each([
    [
      'the end of its attempt',
      ({ UpdateExpression }: Record<string, unknown>) =>
        String(UpdateExpression).includes('.ended = :ended'),
    ],
    [
      'its resource',
      ({ TableName }: Record<string, unknown>) => TableName === stage.world.tables.resources,
    ],
  ])('R61 R09: changes nothing later, and its attempt does not count: %s', async (_, isIt) => {
    // Its workers are loaded then.
    await send(stage.world.queues.lane, invalidPatient('before'));
    await run('lane', 20_000);
    await send(stage.world.queues.isolation, patient(), envelope('A'));
    let held = 0;
    const release = delayCalls(
      stage.functions,
      'dynamo',
      (_, input) => isIt(input) && held++ === 0,
    );
    // It is sent again, with an envelope that takes the attempt back.
    expect((await run('isolation', 6_000))?.failed).toEqual([]);
    expect(held).toBe(1);
    release();
    await send(stage.world.queues.lane, invalidPatient('next'));
    await run('lane', 10_000);
    expect(await itemsOf(stage.world.tables.resources)).toEqual([]);
    expect(await itemsOf(stage.world.tables.quarantine)).toContainEqual(
      expect.objectContaining({ pk: 'A', status: 'in-isolation' }),
    );
    skipTime(70_000);
    await run('isolation', 10_000);
    expect(await itemsOf(stage.world.tables.resources)).toMatchObject([{ messageId: 'A' }]);
  });
});
