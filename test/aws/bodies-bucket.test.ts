import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fetchBody } from '../../aws/bodies-bucket.ts';
import { makeS3 } from '../../aws/clients.ts';
import { realMachine } from '../../aws/machine.ts';

/** A bucket whose objects begin, and end only if told so. */
let bucket: Server;
let stalls = true;
beforeEach(async () => {
  bucket = createServer((_, response) => {
    response.writeHead(200, { 'content-length': 10 });
    response.write('12345');
    if (!stalls) response.end('67890');
  });
  await new Promise<void>((resolve) => bucket.listen(0, '127.0.0.1', resolve));
  const { port } = bucket.address() as AddressInfo;
  vi.stubEnv('AWS_ENDPOINT_URL_S3', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
});
afterEach(() => {
  vi.unstubAllEnvs();
  bucket.closeAllConnections();
  bucket.close();
});

const source = () => ({ s3: makeS3(process.env), later: realMachine.later });
const location = { bucket: 'bodies', key: 'submissions/1' };

test('R09: a body that stalls is a fault of our own after a timeout, and its stream is closed', async () => {
  stalls = true;
  const closed = new Promise((resolve) =>
    bucket.on('request', ({ socket }) => {
      socket.on('close', resolve);
    }),
  );
  await expect(fetchBody(source(), location, 100, 50)).rejects.toMatchObject({
    name: 'BodyStalled',
    timeoutMs: 50,
  });
  await closed;
});

test('a body that ends is read', async () => {
  stalls = false;
  expect(await fetchBody(source(), location, 100, 5_000)).toEqual({
    kind: 'text',
    text: '1234567890',
  });
});
