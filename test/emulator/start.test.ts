import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ENTRIES = join(import.meta.dirname, '../../emulator');
let empty: string;

beforeEach(async () => {
  empty = await mkdtemp(join(tmpdir(), 'failsafe-empty-'));
});
afterEach(() => rm(empty, { recursive: true }));

/** Runs an entry on a machine that has nothing but this Node and an empty cache. */
function run(entry: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return new Promise<{ status: unknown; stderr: string }>((settle) => {
    const options = { env: { PATH: empty, HOME: empty, XDG_CACHE_HOME: empty, ...env } };
    execFile(process.execPath, [join(ENTRIES, entry), ...args], options, (error, _, stderr) =>
      settle({ status: error === null ? 0 : error.code, stderr }),
    );
  });
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

describe('npm run emulator', () => {
  it('without Python prints in one line what is missing, with status 3', async () => {
    const { status, stderr } = await run('start.ts', ['true']);
    expect(status).toBe(3);
    const [, error, ...more] = stderr.trim().split('\n');
    expect(error).toMatch(/^error: MiniStack needs python3, 3\.10 or newer, with venv and pip/);
    expect(more).toEqual([]);
  });

  it('refuses an unknown option in one line, with status 2', async () => {
    const { status, stderr } = await run('start.ts', ['--prot', '1']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error: unknown option '--prot'[^\n]*\n$/);
  });
});

describe.each(['deploy.ts', 'destroy.ts'])('emulator/%s', (entry) => {
  it('prints in one line how to start an emulator if none answers', async () => {
    const endpoint = `http://127.0.0.1:${await closedPort()}`;
    const { status, stderr } = await run(entry, [], { AWS_ENDPOINT_URL: endpoint });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: nothing answers at http[^\n]*npm run emulator[^\n]*\n$/);
  });

  it('refuses an address that is not on this machine, in one line', async () => {
    const AWS_ENDPOINT_URL = 'https://sqs.us-east-1.amazonaws.com';
    const { status, stderr } = await run(entry, [], { AWS_ENDPOINT_URL });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: AWS_ENDPOINT_URL [^\n]*is not on this machine[^\n]*\n$/);
  });
});
