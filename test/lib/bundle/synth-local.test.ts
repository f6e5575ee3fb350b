import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const SCRIPT = ['terminal/run.mjs', 'lib/bundle/synth-local.ts'];

test("a build for this machine asks AWS nothing, whatever its user's AWS settings are", async () => {
  const asked: unknown[] = [];
  const proxy = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(502).end();
  });
  proxy.on('connect', (request, socket) => {
    asked.push(request.url);
    socket.end('HTTP/1.1 502 no\r\n\r\n');
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const dir = await mkdtemp(join(tmpdir(), 'failsafe-synth-'));
  // In place of our app: it prints its environment, and synthesizes nothing.
  const app = `node -e "require('fs').writeFileSync(process.env.SEEN, JSON.stringify(process.env))"`;
  const seen = join(dir, 'env.json');
  const { exitCode } = await execa(
    process.execPath,
    [...SCRIPT, '--app', app, '--output', join(dir, 'out')],
    {
      cwd: ROOT,
      reject: false,
      env: {
        SEEN: seen,
        HTTPS_PROXY: address,
        HTTP_PROXY: address,
        AWS_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: 'AKIAPRODUCTION',
        AWS_SECRET_ACCESS_KEY: 'secret',
        AWS_SESSION_TOKEN: 'token',
      },
    },
  );
  proxy.close();
  const env = JSON.parse(await readFile(seen, 'utf8'));
  await rm(dir, { recursive: true });
  expect(asked).toEqual([]);
  expect(JSON.stringify(env)).not.toContain('AKIAPRODUCTION');
  expect(env).not.toHaveProperty('CDK_DEFAULT_ACCOUNT');
  // A folder without an assembly fails, and so does the script.
  expect(exitCode).toBe(1);
}, 60_000);
