import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { EndpointRefused, identifyEmulator, loopbackEndpoint } from '../../emulator/endpoint.ts';

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server that answers these paths with 200 and all others with 404. */
async function answering(...paths: string[]): Promise<string> {
  const server = createServer((request, response) => {
    response.writeHead(paths.includes(request.url ?? '') ? 200 : 404).end();
  });
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('loopbackEndpoint', () => {
  it('is 127.0.0.1:4566 unless AWS_ENDPOINT_URL says otherwise', () => {
    expect(loopbackEndpoint({})).toBe('http://127.0.0.1:4566');
    expect(loopbackEndpoint({ AWS_ENDPOINT_URL: '' })).toBe('http://127.0.0.1:4566');
    expect(loopbackEndpoint({ AWS_ENDPOINT_URL: 'http://127.0.0.1:4599/' })).toBe(
      'http://127.0.0.1:4599',
    );
  });

  it('uses localhost by its address, because a bucket in front of the name would need DNS', () => {
    expect(loopbackEndpoint({ AWS_ENDPOINT_URL: 'http://localhost:4566' })).toBe(
      'http://127.0.0.1:4566',
    );
  });

  it.each([
    'https://sqs.us-east-1.amazonaws.com',
    'http://192.168.1.7:4566',
    'http://127.0.0.1.example.com:4566',
    'http://0.0.0.0:4566',
    'file:///tmp/x',
    'not a url',
  ])('refuses %s in one line', (endpoint) => {
    const refused = () => loopbackEndpoint({ AWS_ENDPOINT_URL: endpoint });
    expect(refused).toThrow(EndpointRefused);
    expect(refused).toThrow(/^AWS_ENDPOINT_URL .* is not on this machine[^\n]*$/);
  });
});

describe('identifyEmulator', () => {
  it("recognises MiniStack, which answers LocalStack's path too", async () => {
    const endpoint = await answering('/_ministack/health', '/_localstack/health');
    expect(await identifyEmulator(endpoint)).toEqual({ name: 'MiniStack', endpoint });
  });

  it('recognises LocalStack', async () => {
    const endpoint = await answering('/_localstack/health');
    expect(await identifyEmulator(endpoint)).toEqual({ name: 'LocalStack', endpoint });
  });

  it('refuses any other server', async () => {
    const endpoint = await answering();
    await expect(identifyEmulator(endpoint)).rejects.toThrow(/neither LocalStack nor MiniStack/);
  });

  it('says how to start an emulator if nothing answers', async () => {
    const endpoint = await answering();
    await new Promise((closed) => servers.pop()?.close(closed));
    await expect(identifyEmulator(endpoint)).rejects.toThrow(
      /^nothing answers at http:\/\/127\.0\.0\.1:\d+: start one by `npm run emulator`[^\n]*$/,
    );
  });
});
