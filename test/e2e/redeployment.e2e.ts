/** What was deployed is what was synthesized: nothing is left to deploy. */
import { describe, expect, it } from 'vitest';
import { cdk } from '../../emulator/cdk.ts';
import { ASSEMBLY } from './settings.ts';

describe('redeployment', () => {
  it('a second deployment changes nothing', async () => {
    const args = ['deploy', '--app', ASSEMBLY, '--require-approval', 'never'];
    expect(await cdk(args, { env: process.env, quiet: true })).toContain('(no changes)');
  });

  it('a diff is empty', async () => {
    const diff = ['diff', '--app', ASSEMBLY, '--fail'];
    expect(await cdk(diff, { env: process.env, quiet: true })).toContain('no differences');
  });
});
