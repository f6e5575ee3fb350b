import { PutObjectCommand, type PutObjectCommandInput } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { canaryKeyOf } from '../../../core/message/claim-check.ts';
import { ENVELOPE_ATTRIBUTE } from '../../../core/message/messages.ts';
import { testClients } from '../../support/clients.ts';
import { skipTime } from '../../support/clock.ts';
import { deliver, send } from '../../support/delivery.ts';
import { denyReads } from '../../support/deny-reads.ts';
import { drain } from '../../support/drain.ts';
import { failCalls } from '../../support/faults.ts';
import { byTest, loadOperator, stageOf } from '../../support/operator.ts';
import { patient } from '../../support/resources.ts';
import { useStage } from '../../support/stage.ts';
import { itemsOf } from '../../support/stores.ts';

const stage = useStage({ deadlineMs: 5_000 });

type Put = Partial<PutObjectCommandInput>;
const SSE_C: Put = {
  SSECustomerAlgorithm: 'AES256',
  SSECustomerKey: Buffer.alloc(32, 1).toString('base64'),
};
const THEIR_KEY: Put = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'arn:aws:kms:::key/theirs' };
const ARCHIVED: Put = { StorageClass: 'DEEP_ARCHIVE' };

async function upload(key: string, how: Put = {}): Promise<string> {
  const { bucket } = stage.world;
  const object = { Bucket: bucket, Key: key, Body: patient(), ...how };
  await testClients().s3.send(new PutObjectCommand(object));
  return JSON.stringify({ s3: { bucket, key } });
}
const submit = (body: string) => send(stage.world.queues.lane, body);
const run = () => deliver(stage.functions.validate, stage.world.queues.lane);
const entries = () => itemsOf(stage.world.tables.quarantine);

/** A broken policy of ours: nobody reads below a prefix. */
const deny = (prefix: string) => denyReads(stage.world.bucket, prefix);

/** What happens when a function has read that object, before it goes on. */
function afterReading(key: string, happen: () => Promise<unknown>): void {
  for (const { s3 } of stage.functions.clients) {
    s3.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const answer = await next(args);
          const { Key } = args.input as { Key?: string };
          if (commandName === 'GetObjectCommand' && Key === key) await happen();
          return answer;
        },
      { step: 'initialize', name: `after-${crypto.randomUUID()}` },
    );
  }
}

const KINDS: readonly [what: string, how: Put, reason: string, says: string][] = [
  [
    'encrypted with a key that we may not use',
    THEIR_KEY,
    'S3 denies access to the object',
    'denies access',
  ],
  [
    'encrypted with a key of its sender',
    SSE_C,
    "object encrypted with its sender's key",
    'a key of its sender',
  ],
  ['archived', ARCHIVED, 'object is archived', 'is archived'],
];

describe('R09: an object that its producer made unreadable gives a rejection that says why', () => {
  test.each(KINDS)('%s', async (_, how, what, says) => {
    const reason = `claim check: ${what}`;
    const id = await submit(await upload('submissions/poison', how));
    await submit(await upload('submissions/good'));
    expect((await run())?.failed).toEqual([]);
    const [entry, ...others] = await entries();
    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      pk: id,
      kind: 'rejection',
      reason,
      outcome: expect.stringContaining(says),
      bodyS3: { key: 'submissions/poison' },
    });
    expect(await itemsOf(stage.world.tables.resources)).toHaveLength(1);
    // Without a fix it is rejected again.
    skipTime(1_000);
    const operator = await loadOperator();
    await operator.redrive(stageOf(stage.world), { kind: 'all' }, byTest());
    await drain(stage.world, stage.functions);
    expect(await entries()).toMatchObject([
      { pk: id, reason, round: 1, outcome: entry?.['outcome'] },
    ]);
  });

  test('a missing object has a reason of its own', async () => {
    const { bucket } = stage.world;
    await submit(JSON.stringify({ s3: { bucket, key: 'submissions/none' } }));
    await run();
    expect(await entries()).toMatchObject([{ reason: 'claim check: no such object' }]);
  });
});

describe('R09: while we cannot read our own objects, it is our fault and the message waits', () => {
  const waits = async () => {
    expect((await run())?.failed).toHaveLength(1);
    expect(await entries()).toEqual([]);
    skipTime(400_000);
  };

  test.each(['submissions/', 'hops/', ''])('if a policy denies %s*', async (prefix) => {
    const mend = await deny(prefix);
    await submit(await upload('submissions/poison', SSE_C));
    await waits();
    await mend();
    await drain(stage.world, stage.functions);
    expect(await entries()).toMatchObject([
      { status: 'quarantined', reason: expect.stringContaining('encrypted') },
    ]);
  });

  test('so no healthy message is rejected', async () => {
    const mend = await deny('submissions/');
    await submit(await upload('submissions/good'));
    await waits();
    await mend();
    await drain(stage.world, stage.functions);
    expect(await itemsOf(stage.world.tables.resources)).toHaveLength(1);
  });

  test('also if our key comes back while the canary is read: nothing is rejected', async () => {
    await submit(await upload('submissions/good', THEIR_KEY));
    afterReading(canaryKeyOf('background'), () => upload('submissions/good'));
    expect((await run())?.failed).toEqual([]);
    expect(await entries()).toEqual([]);
    expect(await itemsOf(stage.world.tables.resources)).toHaveLength(1);
  });

  test('if the canary can be neither found nor written', async () => {
    await submit(await upload('submissions/poison', THEIR_KEY));
    const mend = failCalls(stage.functions, 's3', (command) => command === 'PutObjectCommand');
    await waits();
    mend();
    await drain(stage.world, stage.functions);
    expect(await entries()).toMatchObject([
      { status: 'quarantined', reason: expect.stringContaining('S3 denies access') },
    ]);
  });

  test('if the stack has another key now, and the canary is not written again', async () => {
    await upload(canaryKeyOf('background'), THEIR_KEY);
    await submit(await upload('submissions/good', THEIR_KEY));
    await waits();
    await upload(canaryKeyOf('background'));
    await upload('submissions/good');
    await drain(stage.world, stage.functions);
    expect(await itemsOf(stage.world.tables.resources)).toHaveLength(1);
  });

  test('for an object that we stored ourselves', async () => {
    const key = `hops/background/first/${'a'.repeat(64)}`;
    const body = await upload(key, THEIR_KEY);
    const laid = { bucket: stage.world.bucket, key };
    const envelope = { messageId: 'first', sentAt: 1, source: 'a', lane: 'background', laid };
    const { isolation } = stage.world.queues;
    await send(isolation, body, { [ENVELOPE_ATTRIBUTE]: JSON.stringify(envelope) });
    expect((await deliver(stage.functions.validate, isolation))?.failed).toHaveLength(1);
    expect(await entries()).toEqual([]);
  });
});
