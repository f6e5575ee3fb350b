import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Entry } from '../../../cli/input/entry.ts';
import { submit } from '../../../cli/submit/submit.ts';
import { unsentFile } from '../../../cli/submit/unsent-file.ts';
import type { Target } from '../../../cli/target.ts';

const app = buildApp({ logger: false });
const account = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};
let sqs: SQSClient;
let target: Target;
let endpoint: string;
let queues = 0;

beforeAll(async () => {
  endpoint = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => app.close());

beforeEach(async () => {
  sqs = new SQSClient({ ...account, endpoint, useQueueUrlAsEndpoint: false });
  const s3 = new S3Client({ ...account, endpoint, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'bodies' }));
  queues += 1;
  const created = await sqs.send(new CreateQueueCommand({ QueueName: `lane-${queues}` }));
  target = { sqs, s3, queueUrl: created.QueueUrl ?? '', bucket: 'bodies' };
});
afterEach(() => sqs.destroy());

const resources = (...texts: string[]): Entry[] =>
  texts.map((text, n) => ({ kind: 'resource', text, file: 'in.ndjson', line: n + 1 }));

async function receiveAll(): Promise<Message[]> {
  const all: Message[] = [];
  for (;;) {
    const command = new ReceiveMessageCommand({
      QueueUrl: target.queueUrl,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['All'],
    });
    const { Messages = [] } = await sqs.send(command);
    if (Messages.length === 0) return all;
    all.push(...Messages);
  }
}

const lineOf = (message: Message) => Number(message.MessageAttributes?.['line']?.StringValue);
const noneUnsent = () => expect.unreachable('nothing is refused here');

/** SQS refuses the next `times` sends with a fault of its own. */
function refuseNext(times: number) {
  let left = times;
  sqs.middlewareStack.add(
    (next) => async (request) => {
      const input = request.input as { Entries?: { Id: string }[] };
      if (left === 0 || input.Entries === undefined) return next(request);
      left -= 1;
      const Failed = input.Entries.map(({ Id }) => ({ Id, Code: 'Busy', SenderFault: false }));
      return { output: { $metadata: {}, Failed }, response: {} };
    },
    { step: 'initialize', priority: 'high' },
  );
}

describe('submit', () => {
  it('sends each resource once, with where it came from (R07) and its sequence (R05)', async () => {
    const texts = Array.from({ length: 137 }, (_, n) => `{"n":${n}}`);
    const ids = new Map<string, number>();
    const counts = await submit(target, resources(...texts), {
      source: 'clinic',
      onAccepted: (resource, messageId) => ids.set(messageId, resource.line),
      onUnsent: noneUnsent,
    });
    expect(counts).toEqual({ accepted: 137, unsent: 0 });
    const received = await receiveAll();
    expect(received.map(({ Body }) => Body).sort()).toEqual([...texts].sort());
    for (const message of received) {
      expect(ids.get(message.MessageId ?? '')).toBe(lineOf(message));
      expect(message.MessageAttributes).toMatchObject({
        source: { StringValue: 'clinic' },
        file: { StringValue: 'in.ndjson' },
        sequence: { StringValue: String(lineOf(message)) },
      });
    }
  });

  it('sends a claim check for a resource that is too large for a message', async () => {
    const large = `{"x":"${'é'.repeat(600_000)}"}`;
    await submit(target, resources('{"small":1}', large), { onUnsent: noneUnsent });
    const checks = (await receiveAll()).filter((message) => lineOf(message) === 2);
    const { s3 } = JSON.parse(checks[0]?.Body ?? '');
    const stored = await target.s3.send(new GetObjectCommand({ Bucket: s3.bucket, Key: s3.key }));
    expect(await stored.Body?.transformToString()).toBe(large);
  });

  it('repeats what the queue refuses for reasons of its own, and sends nothing twice', async () => {
    refuseNext(3);
    const counts = await submit(target, resources('{"a":1}', '{"b":2}'), { onUnsent: noneUnsent });
    expect(counts).toEqual({ accepted: 2, unsent: 0 });
    expect((await receiveAll()).map(({ Body }) => Body).sort()).toEqual(['{"a":1}', '{"b":2}']);
  });

  it('writes what it could not send to a file that can be submitted again', async () => {
    const name = join(tmpdir(), `unsent-${process.pid}.ndjson`);
    const file = unsentFile(name);
    expect(file.name()).toBeUndefined();
    const gone = { ...target, queueUrl: `${target.queueUrl}-gone` };
    const reasons: string[] = [];
    const entries = [
      ...resources('{\n "a": 1\n}', '{"b":2}'),
      { kind: 'problem', file: 'in.ndjson', line: 3, reason: 'larger than 10 MiB' } as const,
    ];
    const counts = await submit(gone, entries, {
      onUnsent: async (entry, reason) => {
        reasons.push(reason);
        if (entry.kind === 'resource') await file.keep(entry.text);
      },
    });
    expect(counts).toEqual({ accepted: 0, unsent: 3 });
    expect(reasons.filter((reason) => /QueueDoesNotExist/.test(reason))).toHaveLength(2);
    expect(file.name()).toBe(name);
    expect(await readFile(name, 'utf8')).toBe('{  "a": 1 }\n{"b":2}\n');
    await rm(name);
  });

  it('stops reading when told to, and finishes what is under way', async () => {
    const stop = new AbortController();
    function* endless() {
      for (let n = 1; ; n++) yield* resources(`{"n":${n}}`);
    }
    const counts = await submit(target, endless(), {
      signal: stop.signal,
      onAccepted: () => stop.abort(),
      onUnsent: noneUnsent,
    });
    expect(await receiveAll()).toHaveLength(counts.accepted);
    expect(counts.accepted).toBeLessThan(500);
  });
});
