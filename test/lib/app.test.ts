import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';

const APP = join(import.meta.dirname, '..', '..', 'lib', 'app.ts');

it('refuses a wrong config in one line, without a stack trace', async () => {
  const context = { 'lanes.critical.maxConcurency': '50', stage: 'Production' };
  // Runs the app as the CDK CLI does, with the context of `-c`.
  const { exitCode, stdout, stderr } = await execa(process.execPath, [APP], {
    env: { CDK_CONTEXT_JSON: JSON.stringify(context) },
    reject: false,
  });
  expect(exitCode).toBe(1);
  expect(stdout).toBe('');
  expect(stderr.split('\n')).toHaveLength(1);
  expect(stderr).toContain('stage: ');
  expect(stderr).toContain('lanes.critical.maxConcurency is not a setting');
});
