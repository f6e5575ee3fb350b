/** Faults that are drawn after all others, so that seeds keep what they drew before these were known. */
import type { FunctionFaults } from './lambda/function-plan.ts';
import type { Random } from './random.ts';
import type { DrawnSettings } from './settings.ts';
import type { QueueFaults } from './sqs/message.ts';

interface Drawn {
  readonly queues: QueueFaults;
  readonly functions: FunctionFaults;
  readonly settings: DrawnSettings;
}

/** Shares of runs. */
const RECEIVES_FEWER = 0.25;
const INVOKES_TWICE = 0.25;
const ROLLS_BACK = 0.3;

/** After the deployment. In the first minute old environments run beside new ones, and beside those that are old again. */
const ROLLED_BACK_MS = [20_000, 90_000, 600_000] as const;

export function withMoreFaults<F extends Drawn>(faults: F, random: Random): F {
  const share = (of: number, most: number) => (random.chance(of) ? most * random.fraction() : 0);
  const fewer = share(RECEIVES_FEWER, 0.5);
  const asyncTwice = share(INVOKES_TWICE, 0.3);
  const rolledBackMs = random.chance(ROLLS_BACK) ? random.pick(ROLLED_BACK_MS) : 0;
  return {
    ...faults,
    queues: { ...faults.queues, fewer },
    functions: { ...faults.functions, asyncTwice },
    settings: { ...faults.settings, rolledBackMs },
  };
}
