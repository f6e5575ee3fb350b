/** `submit` as a person runs it, in this process. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Emulators, startEmulators } from '../../packages/local-lambda/emulators/emulators.ts';
import { type Relay, startRelay } from '../../packages/local-lambda/relay.ts';
import { cli } from '../support/cli.ts';

const LINES = 500;
/** Batches that may be in flight, and one that is being filled. */
const AHEAD_MAX = 9 * 10;

let emulators: Emulators;
let relay: Relay;
let sqs: SQSClient;
let dir: string;
/** Called for each send, before the queue gets it. */
let onSend = () => {};
let env: Record<string, string>;
const queue = async () => {
  const made = await sqs.send(
    new CreateQueueCommand({ QueueName: 'fhir-failsafe-dev-background' }),
  );
  return made.QueueUrl;
};

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'failsafe-submit-'));
  const lines = Array.from({ length: LINES }, (_, n) => `{"resourceType":"Patient","id":"p${n}"}`);
  await writeFile(join(dir, 'many.ndjson'), lines.join('\n'));
  emulators = await startEmulators(undefined);
  relay = await startRelay(emulators.endpoints.sqs, async (req, res, handOn) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    if (String(req.headers['x-amz-target']).endsWith('SendMessageBatch')) onSend();
    const answer = await handOn(req, Buffer.concat(chunks));
    res.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(res);
    await once(res, 'close');
  });
  const account = { accessKeyId: 'test', secretAccessKey: 'test' };
  sqs = new SQSClient({
    region: 'us-east-1',
    endpoint: relay.endpoint,
    credentials: account,
    useQueueUrlAsEndpoint: false,
  });
  env = {
    AWS_ENDPOINT_URL: relay.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: account.accessKeyId,
    AWS_SECRET_ACCESS_KEY: account.secretAccessKey,
  };
});
beforeEach(async () => {
  onSend = () => {};
  await sqs.send(new PurgeQueueCommand({ QueueUrl: await queue() }));
});
afterAll(async () => {
  sqs.destroy();
  await relay.stop();
  await emulators.stop();
  await rm(dir, { recursive: true });
});

async function queued(): Promise<number> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: await queue(),
      AttributeNames: ['ApproximateNumberOfMessages'],
    }),
  );
  return Number(Attributes?.ApproximateNumberOfMessages);
}

const interruptOnce = () => {
  onSend = () => {};
  process.emit('SIGINT');
};

test('R04: interrupted by Ctrl-C, it says up to which line it sent, which is all that the queue has', async () => {
  onSend = interruptOnce;
  const { status, out, err } = await cli(['submit', '--wait', '1m', 'many.ndjson'], {
    cwd: dir,
    env,
  });
  expect(status).toBe(1);
  const [, said] = /^submitted (\d+) to/.exec(out) ?? [];
  const sent = Number(said);
  expect(sent).toBeGreaterThan(0);
  expect(sent).toBeLessThanOrEqual(AHEAD_MAX);
  expect(err).toContain(`interrupted after many.ndjson:${sent}: nothing behind it was sent\n`);
  expect(await queued()).toBe(sent);
});

test('an interrupt also ends the wait for a standard input that stays open', async () => {
  const open = new PassThrough();
  open.write('{"resourceType":"Patient"}\n{"resourceType":');
  const ended = cli(['submit', '-'], { cwd: dir, env, input: open });
  await expect.poll(() => open.readableLength).toBe(0);
  process.emit('SIGINT');
  const { status, err } = await ended;
  expect(status).toBe(1);
  expect(err).toMatch(
    /^interrupted(?:: nothing was sent| after -:1: nothing behind it was sent)$/m,
  );
  expect(open.destroyed).toBe(true);
  // Half of a line is never sent.
  expect(await queued()).toBeLessThanOrEqual(1);
});
