import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Seen } from '../../simulation/checker.ts';
import { EndingsChecker } from '../../simulation/checks/endings-checker.ts';
import { type Deployment, deploy } from '../../simulation/deployment.ts';
import type { Effect } from '../../simulation/effects.ts';
import { run } from '../../simulation/run.ts';

let deployment: Deployment;
beforeAll(async () => {
  deployment = await deploy();
});
afterAll(() => deployment.dispose());

describe('a run of the whole system', () => {
  test('shows each submission to the checkers before its message arrives', async () => {
    const kinds = new Map<Effect['kind'], number>();
    let seen = 0;
    const { submissions } = await run(deployment.plan, {
      seed: 1,
      messages: 200,
      checkers: [
        (world) => ({
          see(effect) {
            kinds.set(effect.kind, (kinds.get(effect.kind) ?? 0) + 1);
            if (effect.kind !== 'arrived' || !isOfALane(effect.queue.name)) return;
            seen += 1;
            expect(world.submissions.has(effect.message.id)).toBe(true);
          },
        }),
      ],
    });
    expect(submissions).toBeGreaterThanOrEqual(200);
    expect(kinds.get('submitted')).toBe(submissions);
    expect(seen).toBe(submissions);
    expect(kinds.get('healed')).toBe(1);
  });

  test('R04: brings each submission to its ending through validate', async () => {
    const settings = {
      seed: 3,
      messages: 150,
      checkers: [(seen: Seen) => new EndingsChecker(seen)],
    };
    const { submissions, environments } = await run(deployment.plan, settings);
    expect(submissions).toBeGreaterThanOrEqual(150);
    expect(environments).toMatchObject({
      'fhir-failsafe-dev-validate-critical': expect.any(Number),
      'fhir-failsafe-dev-validate-background': expect.any(Number),
    });
  });

  test('continues until no checker has anything unfinished', async () => {
    let asked = 0;
    const checker = () => ({ unfinished: () => (++asked < 10 ? 'not yet' : undefined) });
    await run(deployment.plan, { seed: 2, messages: 10, checkers: [checker] });
    expect(asked).toBe(10);
  });

  test('fails if something never ends', async () => {
    const checker = () => ({ unfinished: () => 'one message waits' });
    const failing = run(deployment.plan, { seed: 2, messages: 10, checkers: [checker] });
    await expect(failing).rejects.toThrow('one message waits, long after faults healed');
  });

  test('is the same for the same seed, to the byte', async () => {
    const runOf = (seed: number) => run(deployment.plan, { seed, messages: 100 });
    const first = await runOf(7);
    expect(await runOf(7)).toEqual(first);
    expect((await runOf(8)).digest).not.toBe(first.digest);
  });
});

const isOfALane = (queue: string) => /-(?:critical|background)$/.test(queue);
