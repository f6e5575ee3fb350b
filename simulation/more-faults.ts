/** Faults that are drawn after all others, so that seeds keep what they drew before these were known. */
import type { CoincidenceRates } from './coincidences/rates.ts';
import type { FunctionFaults } from './lambda/function-plan.ts';
import type { Random } from './random.ts';
import type { S3Faults } from './s3/s3.ts';
import type { DrawnSettings } from './settings.ts';
import type { QueueFaults } from './sqs/message.ts';

interface Drawn {
  readonly queues: QueueFaults;
  readonly buckets: S3Faults;
  readonly functions: FunctionFaults;
  readonly settings: DrawnSettings;
  readonly coincidences: CoincidenceRates;
}

/** Shares of runs. */
const RECEIVES_FEWER = 0.25;
const INVOKES_TWICE = 0.25;
const ROLLS_BACK = 0.3;
const CHECKS_REFERENCES = 0.2;
const OTHER_CLIENTS = 0.15;
const COUNTS_STALE = 0.25;
const ROTATES = 0.2;
const PUTS_CONFLICT = 0.25;
const ROTATED_WITHIN_MS = 600_000;
const GROUPS_TWICE = 0.5;
/** HAPI says 400, others 422. Perhaps only one of the servers checks. */
const LACKS_STATUS = [400, 400, 422, 0] as const;

/** After the deployment. In the first minute old environments run beside new ones, and beside those that are old again. */
const ROLLED_BACK_MS = [20_000, 90_000, 600_000] as const;

export function withMoreFaults<F extends Drawn>(faults: F, random: Random): F {
  const share = (of: number, most: number) => (random.chance(of) ? most * random.fraction() : 0);
  const fewer = share(RECEIVES_FEWER, 0.5);
  const asyncTwice = share(INVOKES_TWICE, 0.3);
  const rolledBackMs = random.chance(ROLLS_BACK) ? random.pick(ROLLED_BACK_MS) : 0;
  const checks = random.chance(CHECKS_REFERENCES);
  const lacksStatus = () => (checks ? random.pick(LACKS_STATUS) : 0);
  const [sharedLacksStatus, clinicLacksStatus] = [lacksStatus(), lacksStatus()];
  const isTwice = faults.coincidences.lateVerdict > 0 && random.chance(GROUPS_TWICE);
  const groupTwice = isTwice ? 0.3 + 0.7 * random.fraction() : 0;
  const otherClients = share(OTHER_CLIENTS, 0.3);
  const countsStale = share(COUNTS_STALE, 1);
  const tokensRotatedMs = random.chance(ROTATES) ? 1 + random.below(ROTATED_WITHIN_MS) : 0;
  const conflict = share(PUTS_CONFLICT, 0.5);
  return {
    ...faults,
    buckets: { ...faults.buckets, conflict },
    coincidences: { ...faults.coincidences, groupTwice, otherClients },
    queues: { ...faults.queues, fewer, countsStale },
    functions: { ...faults.functions, asyncTwice },
    settings: {
      ...faults.settings,
      rolledBackMs,
      tokensRotatedMs,
      sharedLacksStatus,
      clinicLacksStatus,
    },
  };
}
