import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ENV } from '../../telemetry/env-names.ts';
import { cli as run } from '../support/cli.ts';
import { deliver } from '../support/delivery.ts';
import { ended, loadInsight, rejected, say } from '../support/insight.ts';
import { useLambdaService } from '../support/use-lambda-service.ts';
import { buildWorld, type World } from '../support/world.ts';

const DAY = '2026-01-31';
const endedAt = Date.UTC(2026, 0, 31, 10);

let world: World;
let folder: string;
const lambda = useLambdaService();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failsafe-report-'));
  world = await buildWorld();
  lambda.configure(`fhir-failsafe-${world.stage}-reporting`, {
    [ENV.reportsBucket]: world.reportsBucket,
  });
  const { handler } = await loadInsight('reporting');
  const times = { sentAt: endedAt - 1_000, endedAt };
  await say(
    world.queues.reporting,
    ended('m-1', times),
    rejected('m-2', { ...times, source: 'evil\u001b[2J', lane: 'critical' }),
    ended('m-3', { ...times, verdict: 'dead-lettered', crash: 'exit', fingerprint: 'f' }),
  );
  await deliver(handler, world.queues.reporting);
});
afterAll(() => rm(folder, { recursive: true }));

/** A test must not open pages, whatever would open them here. */
const cli = (...args: string[]) =>
  run(['report', '--stage', world.stage, ...args], {
    env: { PATH: `${folder}${delimiter}${process.env['PATH']}`, TMPDIR: folder },
  });

test('prints a day to a terminal, and no text of a producer looks like a line of ours', async () => {
  const { status, out, err } = await cli('--day', DAY);
  expect({ status, err }).toEqual({ status: 0, err: '' });
  const lines = out.split('\n');
  expect(lines.slice(0, 2)).toEqual([
    'Saturday, 31 January 2026 (UTC)',
    '3 messages of 2 sources ended, 33.33% of them stored. No incidents.',
  ]);
  expect(lines).toContainEqual(
    expect.stringMatching(/^clinic +background +1 +0 +1 +1 s +1 s +1 s$/),
  );
  expect(lines).toContainEqual(expect.stringMatching(/^evil\\u001b\[2J +critical +0 +1 +0 /));
  expect(lines).toContain('1  0123456789abcdef  rejected       code-invalid at Patient.gender');
});

test('prints it as a table, as data, and as a page in a file that only its owner can read', async () => {
  expect((await cli('--day', DAY, '--csv')).out.split('\r\n')[1]).toBe(
    `"${DAY}","clinic","background",1,0,1,1000,1000,1000,1000`,
  );
  expect(JSON.parse((await cli('--day', DAY, '--json')).out)).toMatchObject({
    day: DAY,
    ends: { stored: 1, rejected: 1, 'dead-lettered': 1 },
  });
  const file = join(folder, 'report.html');
  expect((await cli('--day', DAY, '--html', file)).out).toBe(`${file}\n`);
  expect(await readFile(file, 'utf8')).toContain('<h1>Saturday, 31 January 2026</h1>');
  expect((await stat(file)).mode & 0o077).toBe(0);
});

test.runIf(process.platform === 'linux')(
  'opens the page with the system’s own program',
  async () => {
    const opener = join(folder, 'xdg-open');
    await writeFile(opener, `#!/bin/sh\ncp "$1" ${join(folder, 'opened.html')}\n`);
    await chmod(opener, 0o755);
    const { status, out } = await cli('--day', DAY, '--open');
    expect(status).toBe(0);
    expect(out.trim()).toMatch(new RegExp(`^${folder}/fhir-failsafe-report-.*/${DAY}\\.html$`));
    const opened = () => readFile(join(folder, 'opened.html'), 'utf8').catch(() => '');
    await expect.poll(opened).toContain('By source');
  },
);

test('says so for a day on which nothing ended', async () => {
  expect((await cli('--day', '2026-02-01')).out).toBe(
    'Sunday, 1 February 2026 (UTC)\nNothing ended on this day.\n',
  );
});

test.each([
  [['--day', '2026-02-30'], 2, /must be a day such as/],
  [['--csv', '--json'], 2, /cannot be used with/],
  [['--stage', 'absent'], 1, /no function fhir-failsafe-absent-reporting there/],
])('%j exits with status %d', async (args, expected, message) => {
  const { status, err } = await cli(...args);
  expect(status).toBe(expected);
  expect(err).toMatch(message);
});
