/** Submissions by our CLI and by plain SQS end as stored or rejected. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { sample } from '../../demo/sample/sample.ts';
import { ROOT } from '../../emulator/cdk.ts';
import { invalidPatient, largePatient, patient } from './resources.ts';
import { quarantined, s3, scan, send, stored, whereabouts } from './services.ts';
import { STAGE } from './settings.ts';
import { until } from './until.ts';

const run = inject('run');
const HEALTHY = 200;
const place = z.object({ bucket: z.string(), key: z.string() });

/** Runs `cli submit` on lines in a file. Returns the file's path and the CLI's output. */
async function submit(lines: readonly string[], source: string) {
  const folder = await mkdtemp(join(tmpdir(), 'failsafe-e2e-'));
  const file = join(folder, 'patients.ndjson');
  await writeFile(file, `${lines.join('\n')}\n`);
  const args = [join(ROOT, 'cli', 'main.ts'), 'submit', file, '--stage', STAGE, '--source', source];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder });
  await rm(folder, { recursive: true });
  return { file, stdout };
}

async function readBody(item: Readonly<Record<string, unknown>> | undefined) {
  const { bucket, key } = place.parse(item?.['bodyS3']);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return (await Body?.transformToString()) ?? '';
}

/** LocalStack rewrites a body that is JSON before a function gets it, so bytes may differ. */
const asJson = (body: unknown): unknown => JSON.parse(String(body));

/** Places of the errors in an OperationOutcome, without warnings. */
function errorExpressions(outcome: unknown): string[] {
  const issue = z.object({ severity: z.string(), expression: z.array(z.string()).default([]) });
  const parsed = z.object({ issue: z.array(issue) }).parse(JSON.parse(String(outcome)));
  const errors = parsed.issue.filter(({ severity }) => severity === 'error');
  return errors.flatMap(({ expression }) => expression);
}

describe('submissions', () => {
  it(`stores ${HEALTHY} resources of the CLI and rejects two lines with file and line (R04, R07)`, async () => {
    const source = `cli-${run}`;
    const healthy = [...sample({ count: HEALTHY, seed: 7, troubled: false })];
    const lines = [...healthy.slice(0, 10), invalidPatient('bad-1'), ...healthy.slice(10), '{}'];
    const { file, stdout } = await submit(lines, source);
    expect(stdout).toContain(`submitted ${lines.length} `);

    const ours = (item: Readonly<Record<string, unknown>>) => item['source'] === source;
    await until(
      `all ${HEALTHY} are stored`,
      async () => (await scan('resources', ours)).length,
      (count) => count === HEALTHY,
    );
    const rejected = await until(
      'two are rejected',
      () => scan('quarantine', (item) => ours(item) && item['status'] === 'quarantined'),
      (items) => items.length === 2,
    );
    expect(rejected.map(({ kind, line, file }) => ({ kind, line, file }))).toEqual(
      expect.arrayContaining([
        { kind: 'rejection', line: 11, file },
        { kind: 'rejection', line: lines.length, file },
      ]),
    );
  });

  it('stores what plain SQS brings, as it was submitted', async () => {
    const body = patient(`plain-${run}`);
    const messageId = await send('critical', body);
    const item = await until(
      'it is stored',
      () => stored(`default#Patient#plain-${run}`),
      (seen) => seen !== undefined,
    );
    expect(item).toMatchObject({ messageId, source: 'default', resourceType: 'Patient' });
    expect(asJson(item?.['body'])).toEqual(JSON.parse(body));
  });

  it('rejects an invalid resource with its OperationOutcome (R07)', async () => {
    const messageId = await send('critical', invalidPatient(`invalid-${run}`));
    const item = await until(
      'it is quarantined',
      () => quarantined(messageId),
      (seen) => seen?.['status'] === 'quarantined',
    );
    expect(item).toMatchObject({ kind: 'rejection', lane: 'critical' });
    expect(errorExpressions(item?.['outcome'])).toEqual(['Patient.birthDate']);
    expect(await stored(`default#Patient#invalid-${run}`)).toBeUndefined();
  });

  it('accepts a claim check for a body that is too large for a message, and keeps the body in the bucket', async () => {
    const source = `large-${run}`;
    const body = largePatient('large', 1_200_000);
    await submit([body], source);
    const { stored: item } = await until(
      'it is stored',
      () => whereabouts(source, 'large'),
      (seen) => seen.stored !== undefined,
    );
    expect(item?.['body']).toBeUndefined();
    expect(asJson(await readBody(item))).toEqual(JSON.parse(body));
  });

  it('stores a body that is too large for a table item in the bucket', async () => {
    const body = largePatient(`medium-${run}`, 500_000);
    await send('background', body);
    const item = await until(
      'it is stored',
      () => stored(`default#Patient#medium-${run}`),
      (seen) => seen !== undefined,
    );
    expect(asJson(await readBody(item))).toEqual(JSON.parse(body));
  });
});
