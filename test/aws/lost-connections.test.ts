import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeSqs } from '../../aws/clients.ts';
import { makeWaitingLambda } from '../../aws/lambda-clients.ts';

/** A service whose idle connections are lost, as after a thaw. */
class Service {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  readonly #lost = new WeakSet<Socket>();
  readonly #held: ServerResponse[] = [];
  #holds = 0;
  resets = 0;

  constructor() {
    this.#server = createServer((_, response) => {
      this.#held.push(response);
      if (this.#held.length < this.#holds) return;
      for (const each of this.#held.splice(0)) each.end('{}');
    });
    this.#server.on('connection', (socket) => {
      this.#open.add(socket);
      socket.prependListener('data', () => {
        if (!this.#lost.has(socket)) return;
        this.resets += 1;
        socket.resetAndDestroy();
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Answers the next requests together, so that each needs a connection. */
  holdUntil(requests: number): void {
    this.#holds = requests;
  }

  /** A request on an old connection finds it reset, and the service does not see it. */
  loseConnections(): number {
    this.holdUntil(0);
    for (const socket of this.#open) this.#lost.add(socket);
    return this.#open.size;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

let service: Service;
beforeEach(async () => {
  service = new Service();
  vi.stubEnv('AWS_ENDPOINT_URL', await service.start());
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
});
afterEach(() => {
  service.stop();
  vi.unstubAllEnvs();
});

describe('R61: after a thaw the idle connections are lost', () => {
  test('and the second try uses a new one, however many there were', async () => {
    const sqs = makeSqs();
    service.holdUntil(5);
    await Promise.all(Array.from({ length: 5 }, () => sqs.send(new ListQueuesCommand())));
    expect(service.loseConnections()).toBe(5);
    const { $metadata } = await sqs.send(new ListQueuesCommand());
    expect([$metadata.attempts, service.resets]).toEqual([2, 1]);
    sqs.destroy();
  });

  test('and an invocation, which is tried once, has a connection of its own', async () => {
    const waitingLambda = makeWaitingLambda();
    const probe = () => waitingLambda.send(new InvokeCommand({ FunctionName: 'lane' }));
    await probe();
    service.loseConnections();
    await expect(probe()).resolves.toMatchObject({ StatusCode: 200 });
    expect(service.resets).toBe(0);
  });
});
