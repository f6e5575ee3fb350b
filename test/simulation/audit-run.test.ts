import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runAudit } from '../../simulation/audit-run.ts';
import { type Deployment, deploy } from '../../simulation/deployment.ts';

let deployment: Deployment;
beforeAll(async () => {
  deployment = await deploy();
}, 120_000);
afterAll(() => deployment.dispose());

describe('the audit log under simulated AWS', () => {
  test('R40: each fact is recorded once, whatever fails around its writer', async () => {
    for (const seed of [1, 2, 3]) {
      const { facts } = await runAudit(deployment.plan, { seed, messages: 200 });
      expect(facts).toBe(200);
    }
  });

  test('a seed is a run, to the byte', async () => {
    const run = (seed: number) => runAudit(deployment.plan, { seed, messages: 100 });
    const first = await run(7);
    expect(await run(7)).toEqual(first);
    expect((await run(8)).digest).not.toBe(first.digest);
  });
});
