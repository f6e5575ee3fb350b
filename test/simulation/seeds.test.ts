import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHECKERS } from '../../simulation/checkers.ts';
import { type Deployment, deploy } from '../../simulation/deployment.ts';
import { run } from '../../simulation/run.ts';
import { investigate } from '../../simulation/story/failure.ts';

let deployment: Deployment;
beforeAll(async () => {
  deployment = await deploy();
});
afterAll(() => deployment.dispose());

describe('fixed seeds, under all checkers', () => {
  test.each([1, 2, 3, 4, 5, 6])('seed %i passes', async (seed) => {
    const { submissions } = await run(deployment.plan, { seed, messages: 60, checkers: CHECKERS });
    expect(submissions).toBeGreaterThanOrEqual(60);
  });

  test('a failing seed is shrunk, and its story is printed', async () => {
    const broken = () => ({
      see(effect: { kind: string; submission?: { number: number } }) {
        if (effect.submission?.number === 7) throw new Error('#7 came');
      },
    });
    const settings = { seed: 1, messages: 40, checkers: [broken] };
    const failing = run(deployment.plan, settings);
    const fault = await failing.catch((thrown: unknown) => thrown);
    const { problem, reduced, steps, reducedSteps, story } = await investigate(
      deployment.plan,
      settings,
      fault,
      () => false,
    );
    expect(problem).toBe('#7 came');
    expect(reduced.only).toEqual([7]);
    expect([steps, reducedSteps].every((count) => count > 0)).toBe(true);
    expect(story).toMatch(/submits #7, /);
  });
});
