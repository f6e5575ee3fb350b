/** Makes a failed run smaller, runs it once more, and reports it. */
import type { Plan } from '../../packages/local-lambda/template/plan.ts';
import { RuleBroken, type Seen } from '../checker.ts';
import { type RunSettings, run } from '../run.ts';
import { type Reduced, shrink } from './shrink.ts';
import { Story } from './story.ts';
import { faultsIn } from './without-faults.ts';

export interface Failure {
  readonly problem: string;
  /** Number of steps of the whole run until its failure. */
  readonly steps: number;
  readonly reduced: Reduced;
  /** Time was up before all had been tried, so it may be larger than it must. */
  readonly isCutShort: boolean;
  /** Number of steps of the smaller run. */
  readonly reducedSteps: number;
  readonly story: string;
}

/**
 * The failure of a run, made as small as possible until `isTimeUp`. `fault` is the error that the run
 * threw.
 */
export async function investigate(
  plan: Plan,
  settings: RunSettings,
  fault: unknown,
  isTimeUp: () => boolean,
): Promise<Failure> {
  const rule = ruleOf(fault);
  const whole = await runAgain(plan, settings);
  let isCutShort = false;
  const from = { only: Array.from({ length: settings.messages }, (_, n) => n), without: [] };
  const reduced = await shrink(from, {
    fails: async (left) => {
      const again = await runAgain(plan, { ...settings, reduced: left });
      return again.fault !== undefined && ruleOf(again.fault) === rule;
    },
    faults: whole.faults,
    isTimeUp() {
      isCutShort ||= isTimeUp();
      return isCutShort;
    },
  });
  let story: Story | undefined;
  const least = await runAgain(plan, {
    ...settings,
    reduced,
    follow: (line) => story?.follow(line),
    checkers: [
      (seen) => {
        const { scheduler } = seen;
        story = new Story(plan.stackName, () => scheduler.now - scheduler.startedAt);
        return { see: (effect, by) => story?.see(effect, by) };
      },
      ...(settings.checkers ?? []),
    ],
  });
  const problem = messageOf(least.fault ?? fault);
  const told = story?.tell({ message: problem }) ?? '';
  const reducedSteps = least.steps;
  return { problem, steps: whole.steps, reduced, isCutShort, reducedSteps, story: told };
}

async function runAgain(plan: Plan, settings: RunSettings) {
  let seen: Seen | undefined;
  const look = (world: Seen) => {
    seen = world;
    return {};
  };
  let fault: unknown;
  try {
    await run(plan, { ...settings, checkers: [...(settings.checkers ?? []), look] });
  } catch (thrown) {
    fault = thrown;
  }
  const faults = seen === undefined ? [] : faultsIn(seen.drawn);
  return { fault, faults, steps: seen?.scheduler.count ?? 0 };
}

/** Two failures are the same if the same rule broke. Any other error is identified by its text. */
const ruleOf = (fault: unknown) => (fault instanceof RuleBroken ? fault.rule : messageOf(fault));

const messageOf = (fault: unknown) => (fault instanceof Error ? fault.message : String(fault));
