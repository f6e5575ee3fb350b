import { once } from 'node:events';
import { get, type IncomingMessage, type ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { type Send, streamEvents } from '../../../console/server/event-stream.ts';
import { startHttpServer } from '../../support/http-server.ts';

interface Timer {
  readonly ms: number;
  readonly run: () => void;
  isOff: boolean;
}

/** One page that looks, with the server's side of its stream. */
async function look() {
  const timers: Timer[] = [];
  const looked = Promise.withResolvers<{ send: Send; response: ServerResponse }>();
  let ended = 0;
  const server = await startHttpServer((_, response) => {
    const start = (send: Send) => {
      looked.resolve({ send, response });
      return () => {
        ended += 1;
      };
    };
    streamEvents(response, start, (ms, run) => {
      const timer = { ms, run, isOff: false };
      timers.push(timer);
      return () => {
        timer.isOff = true;
      };
    });
  });
  onTestFinished(() => server.stop());
  const [stream] = (await once(get(server.base), 'response')) as [IncomingMessage];
  stream.on('error', () => {});
  const next = async () => String((await once(stream, 'data'))[0]);
  return { ...(await looked.promise), stream, next, timers, ended: () => ended };
}

test('a comment begins a stream and keeps it open, until the page is gone', async () => {
  const { stream, next, timers, response, ended } = await look();
  expect(await next()).toBe(': begins\n\n');
  for (let comments = 1; comments <= 2; comments += 1) {
    expect(timers).toHaveLength(comments);
    expect(timers.at(-1)).toMatchObject({ ms: 15_000, isOff: false });
    const heard = next();
    timers.at(-1)?.run();
    expect(await heard).toBe(': still here\n\n');
  }
  const closed = once(response, 'close');
  stream.destroy();
  await closed;
  expect(timers.at(-1)?.isOff).toBe(true);
  expect(ended()).toBe(1);
});

test('a page that takes nothing is dropped, before what waits for it fills the memory', async () => {
  const { stream, send, response, ended } = await look();
  stream.pause();
  const closed = once(response, 'close');
  const message = 'x'.repeat(2 ** 20);
  let sent = 0;
  while (!response.destroyed && sent < 64) {
    send('bye', { message });
    sent += 1;
  }
  expect(response.destroyed).toBe(true);
  expect(sent).toBeGreaterThan(8);
  expect(sent).toBeLessThan(16);
  await closed;
  expect(ended()).toBe(1);
});
