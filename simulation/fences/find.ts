/**
 * Runs seeds without one fence until a checker finds that it is missing: `find.ts PLAN SETTINGS NAME`. Without a name it
 * runs the whole code. It needs a process of its own, because loaded modules cannot be changed. Prints the
 * result as JSON.
 */
import { readFileSync } from 'node:fs';
import type { Plan } from '../../packages/local-lambda/template/plan.ts';
import type { Seen } from '../checker.ts';
import { FENCES } from './fences.ts';
import { takeOut } from './take-out.ts';

export interface Search {
  readonly from: number;
  readonly seeds: number;
  readonly messages: number;
  /** In real time. */
  readonly secondsMax: number;
}

export type Found =
  | {
      readonly kind: 'found';
      readonly seed: number;
      readonly steps: number;
      readonly problem: string;
    }
  | { readonly kind: 'missed'; readonly seeds: number }
  /** None of the seeds loads the fence's file. */
  | { readonly kind: 'not loaded' };

const [, , planFile = '', settings = '{}', name] = process.argv;
const fence = FENCES.find((each) => each.name === name);
if (fence === undefined && name !== undefined) throw new Error(`no fence is called "${name}"`);
const isOut = fence === undefined ? () => true : takeOut(fence);
const plan = JSON.parse(readFileSync(planFile, 'utf8')) as Plan;
console.log(JSON.stringify(await search(JSON.parse(settings) as Search)));

async function search({ from, seeds, messages, secondsMax }: Search): Promise<Found> {
  const [{ run }, { CHECKERS }, { faultsOf }] = await Promise.all([
    import('../run.ts'),
    import('../checkers.ts'),
    import('../world.ts'),
  ]);
  const isFit = (seed: number) => fence?.needs?.(faultsOf(plan, seed)) ?? true;
  const until = process.hrtime.bigint() + BigInt(secondsMax) * 1_000_000_000n;
  let tried = 0;
  for (; tried < seeds && process.hrtime.bigint() < until; tried += 1) {
    const seed = from + tried;
    if (!isFit(seed)) continue;
    let seen: Seen | undefined;
    const look = (world: Seen) => {
      seen = world;
      return {};
    };
    try {
      await run(plan, { seed, messages, checkers: [...CHECKERS, look] });
    } catch (fault) {
      // Any other error is a fault of the simulation.
      if (!(fault instanceof Error) || fault.name !== 'RuleBroken') throw fault;
      return { kind: 'found', seed, steps: seen?.scheduler.count ?? 0, problem: fault.message };
    }
  }
  return isOut() ? { kind: 'missed', seeds: tried } : { kind: 'not loaded' };
}
