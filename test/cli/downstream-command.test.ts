import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Downstream, startDownstream } from '../../demo/downstream/server.ts';
import { cli as run } from '../support/cli.ts';

let downstream: Downstream;
beforeEach(async () => {
  downstream = await startDownstream({ slowMs: 50 });
});
afterEach(() => downstream.stop());

const cli = (...args: string[]) =>
  run(['downstream', ...args, '--port', new URL(downstream.endpoint).port]);
const put = () => fetch(`${downstream.endpoint}/Patient/a`, { method: 'PUT', body: '{}' });

test('slow, fail, stop and ok set the stand-in server’s mode; without a word the command prints it', async () => {
  expect(JSON.parse((await cli('slow')).out)).toMatchObject({ mode: 'slow' });
  const begunAt = performance.now();
  expect((await put()).status).toBe(201);
  expect(performance.now() - begunAt).toBeGreaterThanOrEqual(45);
  await cli('fail');
  expect((await put()).status).toBe(503);
  await cli('stop');
  await expect(put()).rejects.toThrow('fetch failed');
  await cli('ok');
  expect((await put()).status).toBe(200);
  expect(JSON.parse((await cli()).out)).toEqual({
    mode: 'ok',
    counts: { ok: 1, slow: 1, partly: 0, fail: 1, stop: 1 },
    resources: 1,
  });
});

test('an unknown mode, or a server that does not run, is reported', async () => {
  expect(await cli('slower')).toMatchObject({ status: 2 });
  await downstream.stop();
  expect(await cli('ok')).toMatchObject({
    status: 1,
    err: expect.stringContaining('is `npm start -- --downstream` running?'),
  });
  downstream = await startDownstream();
});
