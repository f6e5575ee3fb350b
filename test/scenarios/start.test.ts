import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const START = join(import.meta.dirname, '../../demo/start.ts');
const run = promisify(execFile);

/** Builds first if a source is newer than the build, hence the long timeouts. */
const LIMIT_MS = 240_000;

async function summaryOf(...args: string[]) {
  const { stdout, stderr } = await run(process.execPath, [START, '--once', '--json', ...args]);
  // As IAM would refuse it.
  expect(stdout + stderr).not.toContain('does not allow');
  const { elapsedMs, ...counts } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  expect(elapsedMs).toBeGreaterThan(0);
  return counts;
}

it('R01 R04 R20 R21: of 400 messages through the whole pipeline, each ends as it must, and one page is sent', {
  timeout: LIMIT_MS,
}, async () => {
  expect(await summaryOf('--count', '400', '--duplicates', '0.1', '--reorder')).toEqual({
    submitted: 400,
    stored: 388,
    rejected: 8,
    deadLettered: 4,
    lost: 0,
    duplicates: 0,
    incidents: 1,
    pages: 1,
  });
});
