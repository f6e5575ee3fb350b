import { mkdtemp, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli } from '../support/cli.ts';

const MAIN = join(import.meta.dirname, '../../cli/main.ts');
/** An environment in which nothing points at AWS. */
const NOWHERE = {
  PATH: process.env['PATH'] ?? '',
  AWS_EC2_METADATA_DISABLED: 'true',
  HOME: '/none',
};

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'failsafe-cli-'));
  await writeFile(
    join(dir, 'in.ndjson'),
    '{"resourceType":"Patient","id":"a","gender":"other"}\n\n{"resourceType":"Patient","gender":"x"}\n',
  );
});
afterAll(() => rm(dir, { recursive: true }));

/** As an operator starts it: in a process of its own. */
const start = (args: string[], env: Record<string, string> = {}) =>
  execa(process.execPath, [MAIN, ...args], {
    cwd: dir,
    env: { ...NOWHERE, ...env },
    extendEnv: false,
    reject: false,
  });

describe('a mistake on the command line is one clear line and status 2', () => {
  it.each([
    [['sumbit', 'in.ndjson'], /^error: unknown command 'sumbit' \(Did you mean submit\?\)$/],
    [
      ['submit', '--lan', 'critical', 'in.ndjson'],
      /unknown option '--lan' \(Did you mean --lane\?\)/,
    ],
    [['submit', '--lane', 'fast', 'in.ndjson'], /Allowed choices are critical, background/],
    [['submit'], /^error: missing required argument 'file'$/],
    [['submit', 'none.ndjson'], /^error: no such file: none\.ndjson$/],
    [['submit', '--source', '', 'in.ndjson'], /must have 1 to 128 characters/],
    [
      ['submit', '--source', 'a\u0007b', 'in.ndjson'],
      /'a\\u0007b' is invalid.* no control characters/,
    ],
    [['message', 'show', ''], /^error: id is empty$/],
    [['audit', 'hash', ' '], /^error: id is empty$/],
    [['submit', 'in.ndjson', ''], /^error: file is empty$/],
    [['submit', '--stage', '', 'in.ndjson'], /^error: --stage is empty$/],
    [
      ['quarantine', 'discard', '--all', '--text', '', '--reason', 'old'],
      /^error: --text is empty$/,
    ],
    [['quarantine', 'discard', '--id', 'a', '', '--reason', 'old'], /^error: --id is empty$/],
    [
      ['erase', 'patient', '--patient', 'Patient/a', '--source', '', '--reason', 'asked'],
      /^error: --source is empty$/,
    ],
    [['audit', 'verify', '--bucket', '', '--table', 't'], /^error: --bucket is empty$/],
    [['validate', '--profile', '', 'in.ndjson'], /^error: --profile is empty$/],
    [['validate', '.'], /^error: a directory, not a file: \.$/],
  ])('%j', async (args, line) => {
    const { status, out, err } = await cli(args, { cwd: dir });
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err.trim()).toMatch(line);
    expect(status).toBe(2);
    expect(out).toBe('');
  });
});

it('says what to do if there is no target, with status 2', async () => {
  const { exitCode, stderr, stdout } = await start(['submit', 'in.ndjson']);
  expect(stderr).toMatch(/^error: no target: set AWS_REGION[^\n]*$/);
  expect(exitCode).toBe(2);
  expect(stdout).toBe('');
});

it('says what to do if nothing answers, with status 1', async () => {
  const nobody = {
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
  const { exitCode, stderr } = await start(['submit', 'in.ndjson'], nobody);
  expect(stderr).toBe(
    'error: nothing answers at http://127.0.0.1:9 (AWS_ENDPOINT_URL): is `npm start` running there?',
  );
  expect(exitCode).toBe(1);
});

it('prints its help with status 0', async () => {
  const { exitCode, stdout } = await start(['submit', '--help']);
  expect(stdout).toMatch(/--lane <lane>/);
  expect(exitCode).toBe(0);
});

it('says which command it has no help for, with status 2', async () => {
  const { exitCode, stderr } = await start(['help', 'nope']);
  expect(stderr).toMatch(/error: unknown command 'nope'$/);
  expect(exitCode).toBe(2);
});

describe('validate', () => {
  it('prints file, line, rule and place of each issue, with status 1', async () => {
    const { exitCode, stdout, stderr } = await start(['validate', 'in.ndjson']);
    const here = await cli(['validate', 'in.ndjson'], { cwd: dir });
    expect(here).toEqual({ status: exitCode, out: `${stdout}\n`, err: `${stderr}\n` });
    expect(stdout).toMatch(/^in\.ndjson:3: Patient/);
    expect(stdout).toMatch(/error {2}fhir-r4\/required-binding {2}Patient\.gender/);
    expect(stderr).toMatch(/^2 validated, 1 invalid\n +1 {2}fhir-r4\/required-binding$/);
    expect(exitCode).toBe(1);
  });

  it('prints OperationOutcomes with --json', async () => {
    const { out } = await cli(['validate', '--format', 'json', 'in.ndjson'], { cwd: dir });
    expect(JSON.parse(out)).toMatchObject({
      results: [
        {
          file: 'in.ndjson',
          line: 3,
          outcome: {
            resourceType: 'OperationOutcome',
            issue: expect.arrayContaining([
              expect.objectContaining({ code: 'code-invalid', expression: ['Patient.gender'] }),
            ]),
          },
        },
      ],
    });
  });

  it('has status 0 if all is valid, and reads standard input', async () => {
    const { exitCode, stderr } = await execa(process.execPath, [MAIN, 'validate', '-'], {
      input: '{"resourceType":"Patient"}\n',
    });
    expect(stderr).toBe('1 validated, 0 invalid');
    expect(exitCode).toBe(0);
  });
});

it('can be started as main.ts and as main.js', async () => {
  expect(await readlink(MAIN)).toBe('main.mjs');
});
