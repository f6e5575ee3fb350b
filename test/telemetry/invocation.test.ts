import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EndingHandler } from '../../aws/ending-handler.ts';
import { endOfWork, scoped } from '../../telemetry/invocation.ts';

describe('scoped work', () => {
  test('R61: signals its end once it has settled, in whatever way', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const work = async () => void signals.push(endOfWork());
    await scoped(work);
    await expect(
      scoped(async () => {
        await work();
        throw new Error('it failed');
      }),
    ).rejects.toThrow('it failed');
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, true]);
    expect(endOfWork()).toBeUndefined();
  });

  test('R61: ends with the work around it, which continues when it ends', async () => {
    await scoped(async (endAround) => {
      const around = endOfWork();
      await scoped(async (endInner) => {
        endInner();
        expect([endOfWork()?.aborted, around?.aborted]).toEqual([true, false]);
      });
      await scoped(async () => {
        endAround();
        expect(endOfWork()?.aborted).toBe(true);
      });
    });
  });
});

describe('a call of the SDK', () => {
  let server: Server;
  const requests: Promise<void>[] = [];
  let arrived = Promise.withResolvers<void>();

  beforeEach(async () => {
    requests.length = 0;
    arrived = Promise.withResolvers<void>();
    // It never answers; each request ends when its client goes away.
    server = createServer((request) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      request.socket.once('close', resolve);
      requests.push(promise);
      arrived.resolve();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const client = () =>
    new DynamoDBClient({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      requestHandler: new EndingHandler({}),
    });
  const call = () => client().send(new GetItemCommand({ TableName: 't', Key: { pk: { S: '1' } } }));

  test('R61: is aborted with the work that made it, and not tried again', async () => {
    let pending: Promise<unknown> = Promise.resolve();
    await scoped(async () => {
      pending = call();
      pending.catch(() => {});
      await arrived.promise;
    });
    await expect(pending).rejects.toMatchObject({ name: 'AbortError' });
    await Promise.all(requests);
    expect(requests).toHaveLength(1);
  });

  test('R61: is not made after the work has ended', async () => {
    await scoped(async (end) => {
      end();
      await expect(call()).rejects.toMatchObject({ name: 'AbortError' });
    });
    expect(requests).toHaveLength(0);
  });
});
