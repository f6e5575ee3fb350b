import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../cli/command-line.ts';
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
