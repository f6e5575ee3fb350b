/** What goes wrong in a run. Each run draws its own: some faults are off, the others have a rate of their own. */
import { type DynamoFaults, NO_DYNAMO_FAULTS } from './dynamo/dynamo.ts';
import { type FunctionFaults, NO_FUNCTION_FAULTS } from './lambda/function.ts';
import type { Random } from './random.ts';
import { NO_SNS_FAULTS, type SnsFaults } from './sns/sns.ts';
import { NO_QUEUE_FAULTS, type QueueFaults } from './sqs/message.ts';
import { type CallFaults, NO_FAULTS } from './wire.ts';

export interface Faults {
  readonly calls: CallFaults;
  readonly queues: QueueFaults;
  readonly tables: DynamoFaults;
  readonly topics: SnsFaults;
  readonly functions: FunctionFaults;
}

export const HEALTHY: Faults = {
  calls: NO_FAULTS,
  queues: NO_QUEUE_FAULTS,
  tables: NO_DYNAMO_FAULTS,
  topics: NO_SNS_FAULTS,
  functions: NO_FUNCTION_FAULTS,
};

/** The worst of each, from which all still recovers. */
const WORST = {
  calls: { lostRequest: 0.05, lostAnswer: 0.1, late: 0.05, throttled: 0.2, failed: 0.1 },
  queues: { duplicate: 0.2, deleteMissed: 0.1, countOff: 0.3, entryRefused: 0.2 },
  tables: { unprocessed: 0.3 },
  topics: { repeated: 0.3, entryRefused: 0.2 },
  functions: { killed: 0.02, throttled: 0.2, retired: 0.2 },
};

export function drawFaults(random: Random): Faults {
  const draw = <T extends Record<string, number>>(worst: T): T => {
    const drawn = Object.entries(worst).map(([name, most]) => [name, rate(random, most)]);
    return Object.fromEntries(drawn) as T;
  };
  return {
    calls: draw(WORST.calls),
    queues: draw(WORST.queues),
    tables: {
      ...draw(WORST.tables),
      indexLagMs: random.pick([10, 1_000, 30_000]),
      pageRowsMax: random.pick([3, 25, 1_000]),
    },
    topics: { ...draw(WORST.topics), delayMs: random.pick([20, 500, 10_000]) },
    functions: {
      ...draw(WORST.functions),
      coldStartMs: random.pick([100, 1_000, 5_000]),
      skewMs: random.pick([0, 50, 1_000]),
    },
  };
}

/** Off half the time, else more often low than high. */
function rate(random: Random, most: number): number {
  const isOff = random.chance(0.5);
  const share = random.fraction() ** 2;
  return isOff ? 0 : most * share;
}

/** In one line, without what is off. */
export function describeFaults(faults: Faults): string {
  const parts = Object.entries(faults).flatMap(([part, rates]) =>
    Object.entries(rates as Record<string, number>)
      .filter(([, value]) => value > 0)
      .map(([name, value]) => `${part}.${name}=${Number(value.toPrecision(3))}`),
  );
  return parts.join(' ') || 'none';
}
