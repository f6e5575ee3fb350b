import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../cli/command-line.ts';
import { TERMINOLOGY_PORT } from '../../cli/downstream/control.ts';
import { checkInput } from '../../demo/entries.ts';
import { startCommand } from '../../demo/options.ts';
import { runHere } from '../support/cli.ts';

const START = join(import.meta.dirname, '../../demo/start.ts');

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'failsafe-start-'));
});
afterAll(() => rm(dir, { recursive: true }));

const start = (...args: string[]) =>
  execa(process.execPath, [START, ...args], { cwd: dir, reject: false });

it('a mistake is one clear line and status 2, before anything starts', async () => {
  const { exitCode, stdout, stderr } = await start('--cuont', '5');
  expect(stderr).toBe("error: unknown option '--cuont' (Did you mean --count?)");
  expect(stdout).toBe('');
  expect(exitCode).toBe(2);
});

it.each([
  [['--count', 'many'], /^error: option '--count <n>' argument 'many' is invalid\. .*whole number/],
  [['--duplicates', '2'], /^error: option '--duplicates <share>' .* number from 0 to 1/],
  [['--port', '99999'], /whole number from 1 to 65535/],
  [['--input', 'none.ndjson'], /^error: no such file: none\.ndjson$/],
  [
    ['--input', 'none.ndjson', '--count', '5'],
    /'--count <n>' cannot be used with .*'--input <file>'/,
  ],
  [['extra'], /^error: too many arguments/],
])('another mistake is too: %j', async (words, line) => {
  const { status, out, err } = await runHere(() => run(startCommand(checkInput), words), words, {
    cwd: dir,
  });
  expect(err.trim().split('\n')).toHaveLength(1);
  expect(err.trim()).toMatch(line);
  expect(out).toBe('');
  expect(status).toBe(2);
});

it('prints its help, status 0', async () => {
  const { exitCode, stdout } = await start('--help');
  for (const option of ['--once', '--json', '--input', '--count', '--seed', '--port', '--data']) {
    expect(stdout).toContain(option);
  }
  expect(exitCode).toBe(0);
});

/** On this machine others may have the port already. */
async function take(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await Promise.race([once(server, 'listening'), once(server, 'error')]).catch(() => {});
  return server;
}

it('a port of the stand-in servers that is taken is one line, and ends it', async () => {
  const server = await take(TERMINOLOGY_PORT);
  const { exitCode, stderr } = await start('--downstream', '--count', '1');
  server.close();
  expect(stderr).toMatch(/^error: port 1808\d of a stand-in server cannot be used: .* running\?$/);
  expect(exitCode).toBe(1);
}, 30_000);

it('what fails after the stand-in servers are up ends it, too', async () => {
  // Without npm nothing can be built; what is built already cannot keep its data there.
  const started = await execa(
    process.execPath,
    [START, '--downstream', '--count', '1', '--data', '/proc/none'],
    { cwd: dir, reject: false, extendEnv: false, env: { PATH: '/none' }, timeout: 25_000 },
  );
  expect(started.timedOut).toBe(false);
  expect(started.stderr.split('\n').at(-1)).toMatch(/^error: (?!.*This is a bug)/);
  expect(started.exitCode).toBe(1);
}, 30_000);
