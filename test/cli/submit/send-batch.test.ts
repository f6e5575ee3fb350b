import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from 'vitest';
import { sendBatch } from '../../../cli/submit/send-batch.ts';

let server: Server;
afterEach(() => server.close());

/** A queue that refuses the first request with that error, and accepts the second. */
async function queueThatSays(error: string, status: number) {
  let requests = 0;
  server = createServer((_, response) => {
    requests += 1;
    const isRefused = requests === 1;
    const accepted = { Successful: [{ Id: '0', MessageId: 'm1' }] };
    const refused = { __type: `com.amazonaws.sqs#${error}`, message: 'no' };
    response.writeHead(isRefused ? status : 200, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(isRefused ? refused : accepted));
  });
  await new Promise<void>((listens) => server.listen(0, '127.0.0.1', listens));
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
  const at = { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', credentials };
  const sqs = new SQSClient({ ...at, maxAttempts: 1, md5: false });
  return { sqs, s3: new S3Client(at), queueUrl: 'https://sqs/0/lane', bucket: 'bodies' };
}

const message = {
  ...{ body: '{}', attributes: {}, groupId: 'lab', bytes: 2 },
  resource: { kind: 'resource', text: '{}', file: 'f.ndjson', line: 1 },
} as const;

describe('a batch that SQS refuses as a whole', () => {
  const sent = async (error: string, status: number) => {
    const target = await queueThatSays(error, status);
    const waits: number[] = [];
    const wait = async (ms: number) => void waits.push(ms);
    const { accepted, refused } = await sendBatch(target, [message], wait);
    return { accepted: accepted.length, refused: refused.length, waits };
  };

  it.each([
    ['RequestThrottled', 403],
    ['ThrottlingException', 400],
    ['KmsThrottled', 400],
    ['ServiceUnavailable', 503],
  ])('R04: is sent again after %s', async (error, status) => {
    expect(await sent(error, status)).toEqual({ accepted: 1, refused: 0, waits: [200] });
  });

  it.each([
    ['QueueDoesNotExist', 400],
    ['AccessDenied', 403],
    ['KmsDisabled', 400],
  ])('is refused for good with %s', async (error, status) => {
    expect(await sent(error, status)).toEqual({ accepted: 0, refused: 1, waits: [] });
  });
});
