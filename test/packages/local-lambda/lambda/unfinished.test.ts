import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Unfinished } from '../../../../packages/local-lambda/lambda/unfinished.ts';
import { useLambdaHost } from '../support/lambda-host.ts';

const { functionOf, run, linesOf } = useLambdaHost(2);
/** Never answers on `/never`. */
const server = createServer((req, res) => void (req.url === '/never' || res.end('at once')));

beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

async function unfinishedOf(name: string, source: string): Promise<Unfinished[][]> {
  const spec = await functionOf(name, source);
  spec.variables['LOCAL_REPORT_UNFINISHED'] = 'on';
  for (const _ of [1, 2]) await run(spec, '{}');
  return linesOf(name)
    .filter((line) => line.startsWith('{"type":"local.unfinished"'))
    .map((line) => JSON.parse(line).work);
}

test('R61: timers, calls and processes that a handler leaves are reported, with where they began', async () => {
  const { port } = server.address() as AddressInfo;
  const [first = [], second = []] = await unfinishedOf(
    'leaves',
    `import { spawn } from 'node:child_process';
     import { request } from 'node:http';
     let times = 0;
     export async function handler() {
       times += 1;
       if (times > 1) return;
       setTimeout(() => {}, 60_000).unref();
       request('http://127.0.0.1:${port}/never').on('error', () => {}).end();
       fetch('http://127.0.0.1:${port}/never').catch(() => {});
       spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
     }`,
  );
  const kinds = (work: Unfinished[]) => [...new Set(work.map(({ kind }) => kind))].sort();
  expect(kinds(first)).toEqual(['PROCESSWRAP', 'Timeout', 'fetch', 'request']);
  for (const { at, began } of first) {
    expect(began).toBe('now');
    expect(at[0]).toMatch(/handler.*leaves\/handler\.mjs:\d+/);
  }
  expect(kinds(second)).toEqual(kinds(first));
  expect(new Set(second.map(({ began }) => began))).toEqual(new Set(['before']));
});

test('R61: a handler that ends what it began is not reported', async () => {
  const { port } = server.address() as AddressInfo;
  const work = await unfinishedOf(
    'ends',
    `import { execFileSync } from 'node:child_process';
     import { readFile } from 'node:fs/promises';
     import { Agent, request } from 'node:http';
     import { once } from 'node:events';
     import { text } from 'node:stream/consumers';
     const agent = new Agent({ keepAlive: true });
     export async function handler() {
       clearTimeout(setTimeout(() => {}, 60_000));
       const [answer] = await once(request('http://127.0.0.1:${port}/', { agent }).end(), 'response');
       const texts = [await text(answer), await (await fetch('http://127.0.0.1:${port}/')).text()];
       await readFile('handler.mjs');
       execFileSync(process.execPath, ['-e', '']);
       return texts;
     }`,
  );
  expect(work).toEqual([]);
});
