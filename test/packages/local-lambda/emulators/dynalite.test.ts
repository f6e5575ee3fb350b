import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { startEmulator } from '../../../../packages/local-lambda/emulators/emulator.ts';

const ENTRY = new URL('../../../../packages/local-lambda/emulators/dynalite.ts', import.meta.url);

test('a client that is killed during a request does not end the emulator', async () => {
  const emulator = await startEmulator(ENTRY, { port: 0 });
  const { port } = new URL(emulator.endpoint);
  for (let count = 0; count < 5; count += 1) {
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"half":');
    socket.resetAndDestroy();
    await once(socket, 'close');
  }
  const healthy = await fetch(emulator.endpoint);
  expect(await healthy.text()).toContain('healthy');
  await emulator.stop();
});

test('an emulator that cannot start says why', async () => {
  const first = await startEmulator(ENTRY, { port: 0 });
  const port = Number(new URL(first.endpoint).port);
  await expect(startEmulator(ENTRY, { port })).rejects.toThrow('dynalite.ts did not start');
  await first.stop();
});
