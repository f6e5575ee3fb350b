import { PutObjectCommand } from '@aws-sdk/client-s3';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, test } from 'vitest';
import { ENVELOPE_ATTRIBUTE } from '../../../core/message/messages.ts';
import { testClients } from '../../support/clients.ts';
import { skipTime, stopTime } from '../../support/clock.ts';
import { contextWith, deliver, send } from '../../support/delivery.ts';
import { delayCalls, type Fault, failCalls } from '../../support/faults.ts';
import { invalidPatient, patient } from '../../support/resources.ts';
import { useStage } from '../../support/stage.ts';
import { itemsOf } from '../../support/stores.ts';
import { TIMEOUT_MS, timeUp } from '../../support/time-up.ts';

const stage = useStage({ deadlineMs: 5_000 });
beforeAll(() => stopTime());

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

const run = (queue: 'lane' | 'isolation') =>
  deliver(stage.functions.validate, stage.world.queues[queue], {
    context: contextWith(TIMEOUT_MS),
  });

/** One delivery whose time passes while a call is held back. */
async function runOut(queue: 'lane' | 'isolation', { unanswered }: Fault) {
  const running = run(queue);
  await unanswered();
  return timeUp(running);
}

const holdBucket = () =>
  delayCalls(stage.functions, 's3', (command) => command === 'GetObjectCommand');

/** Does something before the call with this number, counted from now on. */
function beforeCall(number: number, act: () => void): void {
  let calls = 0;
  for (const service of ['dynamo', 'sqs', 'sns'] as const) {
    failCalls(stage.functions, service, () => {
      if (calls++ === number) act();
      return false;
    });
  }
}

describe('a message whose bucket answers after its invocation ended', () => {
  test.each([0, 1, 2, 3, 4])(
    'R61: is not validated beside the next one: the bucket answers before call %i of that',
    async (number) => {
      for (const id of ['A', 'B']) await diedOnce(id);
      await send(stage.world.queues.isolation, await claimCheck(patient()), envelope('A'));
      const release = holdBucket();
      await runOut('isolation', release);
      await send(stage.world.queues.isolation, invalidPatient('of-B'), envelope('B'));
      let isReleased = false;
      beforeCall(number, () => {
        isReleased = true;
        release();
      });
      expect((await run('isolation'))?.failed).toEqual([]);
      expect(isReleased).toBe(true);
      expect(await itemsOf(stage.world.tables.resources)).toEqual([]);
      const entries = await itemsOf(stage.world.tables.quarantine);
      expect(entries.map(({ pk, status }) => `${pk} ${status}`).sort()).toEqual([
        'A in-isolation',
        'B quarantined',
      ]);
      // It spent no attempt (R09): it comes again, runs, and is stored.
      skipTime(70_000);
      await run('isolation');
      expect(await itemsOf(stage.world.tables.resources)).toMatchObject([{ messageId: 'A' }]);
    },
  );

  test('R61: is not stored by a later batch of the lane', async () => {
    await send(stage.world.queues.lane, await claimCheck(patient({ id: 'slow' })));
    const release = holdBucket();
    expect((await runOut('lane', release))?.failed).toHaveLength(1);
    await send(stage.world.queues.lane, patient({ id: 'next' }));
    beforeCall(1, release);
    await run('lane');
    const stored = await itemsOf(stage.world.tables.resources);
    expect(stored.map(({ resourceId }) => resourceId)).toEqual(['next']);
  });
});

test('R03: a mark that cannot be emptied holds up the answer no longer than a half of the time', async () => {
  await send(stage.world.queues.lane, await claimCheck(patient({ id: 'slow' })));
  const release = holdBucket();
  const running = run('lane');
  await release.unanswered();
  const { inFlight } = stage.world.tables;
  const isMark = (_: string, { TableName }: Record<string, unknown>) => TableName === inFlight;
  const mark = failCalls(stage.functions, 'dynamo', isMark, 'last');
  skipTime(TIMEOUT_MS - 1_000);
  release();
  await mark.unanswered();
  skipTime(500);
  expect((await running)?.failed).toHaveLength(1);
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
    await send(stage.world.queues.isolation, patient(), envelope('A'));
    let held = 0;
    const release = delayCalls(
      stage.functions,
      'dynamo',
      (_, input) => isIt(input) && held++ === 0,
    );
    // It is sent again, with an envelope that takes the attempt back.
    expect((await runOut('isolation', release))?.failed).toEqual([]);
    expect(held).toBe(1);
    release();
    await send(stage.world.queues.lane, invalidPatient('next'));
    await run('lane');
    expect(await itemsOf(stage.world.tables.resources)).toEqual([]);
    expect(await itemsOf(stage.world.tables.quarantine)).toContainEqual(
      expect.objectContaining({ pk: 'A', status: 'in-isolation' }),
    );
    skipTime(70_000);
    await run('isolation');
    expect(await itemsOf(stage.world.tables.resources)).toMatchObject([{ messageId: 'A' }]);
  });
});
