import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { startEmulator } from '../../../../packages/local-lambda/emulators/emulator.ts';
import { losingConnections } from '../../../../packages/local-lambda/emulators/lost-connections.ts';
import { ACCOUNT } from '../../../../packages/local-lambda/template/account.ts';

test('a lost connection is reset at its next request, which the service never sees', async () => {
  const seen: (string | undefined)[] = [];
  const server = createServer((req, res) => {
    seen.push(req.url);
    res.end('served');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const lose = losingConnections(server);
  const ask = async (agent: Agent, path: string, client: string) => {
    const headers = { 'user-agent': `aws-sdk-js/3 app/${client} os/linux` };
    const sent = request({ port, host: '127.0.0.1', path, agent, headers, method: 'POST' });
    const [answer] = await once(sent.end('{}'), 'response');
    return text(answer);
  };
  const [frozen, other] = [new Agent({ keepAlive: true }), new Agent({ keepAlive: true })];
  await ask(frozen, '/1', 'environment-1');
  await ask(other, '/2', 'environment-2');
  lose('environment-1');
  await expect(ask(frozen, '/3', 'environment-1')).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(await ask(other, '/4', 'environment-2')).toBe('served');
  // A new connection works as before.
  expect(await ask(frozen, '/5', 'environment-1')).toBe('served');
  expect(seen).toEqual(['/1', '/2', '/4', '/5']);
  for (const agent of [frozen, other]) agent.destroy();
  server.close();
});

test('the SDK’s connections are recognised by its application id', async () => {
  const emulator = await startEmulator(
    new URL('../../../../packages/local-lambda/emulators/dynalite.ts', import.meta.url),
    { port: 0 },
  );
  const { region, credentials } = ACCOUNT;
  const client = new DynamoDBClient({
    ...{ region, credentials, endpoint: emulator.endpoint },
    userAgentAppId: 'environment-1',
    maxAttempts: 1,
  });
  const list = () => client.send(new ListTablesCommand());
  await list();
  emulator.loseConnections('environment-2');
  await list();
  // The order and the request reach the emulator's thread in any order.
  const lost = () => {
    emulator.loseConnections('environment-1');
    return list().catch(({ code }) => code);
  };
  await expect.poll(lost).toBe('ECONNRESET');
  expect((await list()).TableNames).toEqual([]);
  client.destroy();
  await emulator.stop();
});
