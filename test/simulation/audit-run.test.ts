import { beforeAll, describe, expect, test } from 'vitest';
import type { Plan } from '../../packages/local-lambda/template/plan.ts';
import { runAudit } from '../../simulation/audit-run.ts';
import { deployedPlan } from '../../simulation/world.ts';

let plan: Plan;
beforeAll(async () => {
  plan = await deployedPlan();
});

describe('the audit log under simulated AWS', () => {
  test('R40: each fact is recorded once, whatever fails around its writer', async () => {
    for (const seed of [1, 2, 3]) {
      const { facts } = await runAudit(plan, { seed, messages: 200 });
      expect(facts).toBe(200);
    }
  });

  test('a seed is a run, to the byte', async () => {
    const run = (seed: number) => runAudit(plan, { seed, messages: 100 });
    const first = await run(7);
    expect(await run(7)).toEqual(first);
    expect((await run(8)).digest).not.toBe(first.digest);
  });
});
