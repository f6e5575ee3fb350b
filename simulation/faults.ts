/** The faults of a run. Each run draws its own: some are off, the others have a rate. */
import { type CoincidenceRates, drawCoincidences, NO_COINCIDENCES } from './coincidences/rates.ts';
import { type DynamoFaults, NO_DYNAMO_FAULTS } from './dynamo/dynamo.ts';
import { type FunctionFaults, NO_FUNCTION_FAULTS } from './lambda/function-plan.ts';
import { type LogFaults, NO_LOG_FAULTS } from './lambda/log-subscriptions.ts';
import { type MinuteFaults, NO_MINUTE_FAULTS } from './minute.ts';
import { withMoreFaults } from './more-faults.ts';
import { NO_OPERATORS, type OperatorHabits } from './operators/habits.ts';
import {
  drawFlapping,
  drawKeyOfS3,
  drawNotLoading,
  drawOutages,
  drawStuckDeliveries,
  type Outage,
} from './outages.ts';
import type { Random } from './random.ts';
import { type CallFaults, NO_FAULTS } from './road.ts';
import { NO_S3_FAULTS, type S3Faults } from './s3/s3.ts';
import { NO_SERVER_FAULTS, type ServerFaults } from './servers/http.ts';
import { DEFAULT_SETTINGS, type DrawnSettings, drawSettings } from './settings.ts';
import { NO_SNS_FAULTS, type SnsFaults } from './sns/sns.ts';
import { NO_QUEUE_FAULTS, type QueueFaults } from './sqs/message.ts';

export interface Faults {
  readonly calls: CallFaults;
  readonly queues: QueueFaults;
  readonly tables: DynamoFaults;
  readonly buckets: S3Faults;
  readonly topics: SnsFaults;
  readonly functions: FunctionFaults;
  readonly servers: ServerFaults;
  readonly logs: LogFaults;
  readonly minute: MinuteFaults;
  readonly operators: OperatorHabits;
  readonly coincidences: CoincidenceRates;
  /** Not faults: they stay when faults heal. */
  readonly settings: DrawnSettings;
  readonly outages: readonly Outage[];
}

export const HEALTHY: Faults = {
  calls: NO_FAULTS,
  queues: NO_QUEUE_FAULTS,
  tables: NO_DYNAMO_FAULTS,
  buckets: NO_S3_FAULTS,
  topics: NO_SNS_FAULTS,
  functions: NO_FUNCTION_FAULTS,
  servers: NO_SERVER_FAULTS,
  logs: NO_LOG_FAULTS,
  minute: NO_MINUTE_FAULTS,
  operators: NO_OPERATORS,
  coincidences: NO_COINCIDENCES,
  settings: DEFAULT_SETTINGS,
  outages: [],
};

/** The highest rates from which everything still recovers. */
const WORST = {
  calls: { lostRequest: 0.05, lostAnswer: 0.1, late: 0.05, throttled: 0.2, failed: 0.1 },
  queues: { duplicate: 0.2, deleteMissed: 0.1, countOff: 0.3, entryRefused: 0.2 },
  tables: { unprocessed: 0.3, stale: 0.5 },
  topics: { repeated: 0.3, entryRefused: 0.2 },
  functions: {
    killed: 0.01,
    stalled: 0.01,
    loadFails: 0.1,
    throttled: 0.2,
    retired: 0.2,
    clockSteps: 0.3,
  },
  servers: { unreachable: 0.2, turnedAway: 0.3, broken: 0.3, lostAnswer: 0.2, slow: 0.3 },
  logs: { repeats: 0.5 },
  minute: { missed: 0.3, twice: 0.3 },
  operators: {
    redrives: 0.5,
    discards: 0.3,
    overrules: 0.3,
    holds: 0.3,
    speaks: 0.5,
    interrupts: 0.8,
    resolvesInStorm: 0.8,
    killed: 0.1,
    both: 0.5,
    repeats: 0.3,
  },
};

/** The real limit is 120,000, and 20,000 of a FIFO queue. */
const IN_FLIGHT_MAX = [0, 0, 0, 40, 150] as const;
/** DynamoDB deletes what has expired within days. */
const EXPIRES_EVERY_MS = [0, 60_000, 600_000] as const;
const LATE_MS = [100, 2_000, 10_000] as const;
/** A PUT may take effect 60 s after its caller gave up (`delivery.lateMs`), and clocks differ. */
const SLOW_MS = [1_000, 10_000, 57_000] as const;
type Pace = Pick<FunctionFaults, 'skewMs' | 'stallMs'>;
/** Leases allow for clocks that differ and machines that stand still, both together by two seconds and a half: used up nearly. */
const PACES: readonly [Pace, ...Pace[]] = [
  { skewMs: 0, stallMs: 2_400 },
  { skewMs: 50, stallMs: 2_300 },
  { skewMs: 1_000, stallMs: 400 },
];

/** What may be down completely. */
export interface Places {
  readonly services: readonly string[];
  /** Functions of which no environment may load for seconds. */
  readonly functions: readonly string[];
  /** Likewise for minutes. */
  readonly kernel: readonly string[];
  /** Queues that topics send to. */
  readonly subscribed: readonly string[];
}

/** Most outages begin in the first `withinMs`. */
export function drawFaults(
  random: Random,
  { services, functions, kernel, subscribed }: Places,
  withinMs: number,
): Faults {
  const draw = <T extends Record<string, number>>(worst: T): T => {
    const drawn = Object.entries(worst).map(([name, most]) => [name, rate(random, most)]);
    return Object.fromEntries(drawn) as T;
  };
  const drawn: Faults = {
    calls: { ...draw(WORST.calls), lateMs: random.pick(LATE_MS) },
    queues: {
      ...draw(WORST.queues),
      inFlightMax: random.pick(IN_FLIGHT_MAX),
      ...{ fewer: 0, countsStale: 0 },
    },
    tables: {
      ...draw(WORST.tables),
      indexLagMs: random.pick([10, 1_000, 30_000]),
      pageRowsMax: random.pick([3, 25, 1_000]),
      expiresEveryMs: random.pick(EXPIRES_EVERY_MS),
      ...{ partitionWrites: 0, partitionReads: 0 },
    },
    buckets: NO_S3_FAULTS,
    topics: { ...draw(WORST.topics), delayMs: random.pick([20, 500, 10_000]) },
    functions: {
      ...draw(WORST.functions),
      coldStartMs: random.pick([100, 1_000, 5_000]),
      asyncTwice: 0,
      ...random.pick(PACES),
    },
    servers: {
      ...draw(WORST.servers),
      slowMs: random.pick(SLOW_MS),
      workMs: random.pick([40, 400, 2_000]),
    },
    logs: {
      ...draw(WORST.logs),
      delayMs: random.pick([1_000, 30_000, 600_000]),
      inPieces: random.chance(0.5),
    },
    minute: { ...draw(WORST.minute), lateMs: random.pick([1_000, 30_000, 90_000]) },
    operators: drawOperators(random),
    coincidences: drawCoincidences(random),
    settings: DEFAULT_SETTINGS,
    outages: [
      ...drawOutages(random, services, withinMs),
      ...drawFlapping(random, services.filter(isServer), withinMs),
      ...drawKeyOfS3(random),
      ...drawNotLoading(random, functions, 'lane'),
      ...drawNotLoading(random, kernel, 'kernel'),
      ...drawStuckDeliveries(random, subscribed),
    ],
  };
  const partitionWrites = random.chance(HOT) ? random.pick(PARTITION_WRITES) : 0;
  const partitionReads = random.chance(HOT) ? random.pick(PARTITION_READS) : 0;
  const { tables, operators } = drawn;
  const corrects = random.chance(0.5) ? random.fraction() : 0;
  const { coincidences } = drawn;
  const all = {
    ...drawn,
    ...(coincidences.lateWrite > LATE_VERDICTS && withLateVerdicts(drawn)),
    tables: { ...tables, partitionWrites, partitionReads },
    settings: drawSettings(random),
    operators: { ...operators, corrects, erases: random.chance(ERASES) ? random.fraction() : 0 },
  };
  const erases = all.operators.erases > 0;
  return withMoreFaults(erases ? withInterruptions(all, random) : all, random);
}

/** Share of runs in which operators erase patients. */
const ERASES = 0.25;
/** Of them, in which they are interrupted at the worst moments. */
const INTERRUPTED = 0.7;

function withInterruptions(faults: Faults, random: Random): Faults {
  const eraserInterrupted = random.chance(INTERRUPTED) ? 0.3 + 0.7 * random.fraction() : 0;
  if (eraserInterrupted === 0) return faults;
  // An erasure takes seconds.
  const calls = { ...faults.calls, lateMs: LATE_MS[2] };
  return { ...faults, calls, coincidences: { ...faults.coincidences, eraserInterrupted } };
}

/** How often partitions have rates that are reached. Real ones accept a thousand writes and answer three thousand reads a second, and have as much more to do. */
const HOT = 0.2;
const PARTITION_WRITES = [2, 5, 20] as const;
const PARTITION_READS = [1, 3, 10] as const;

/** Half of the runs in which writes come late have late verdicts too. */
const LATE_VERDICTS = 0.65;

/**
 * A verdict that comes late must come later than its sender gives up. Two deliveries at the same time end differently
 * even without it, and nothing brings that in order (R04).
 */
const withLateVerdicts = ({ calls, queues, coincidences }: Faults): Partial<Faults> => ({
  coincidences: { ...coincidences, lateVerdict: coincidences.lateWrite },
  calls: { ...calls, lateMs: LATE_MS[2] },
  queues: { ...queues, duplicate: 0 },
});

const isServer = (place: string) => place.startsWith('https:');

/** In some runs all operators are busy: what two of them do at once would be too rare otherwise. */
const BUSY = 0.25;

function drawOperators(random: Random): OperatorHabits {
  const isBusy = random.chance(BUSY);
  const drawn = Object.entries(WORST.operators).map(([name, most]) => {
    return [name, isBusy ? most * (0.5 + random.fraction() / 2) : rate(random, most)];
  });
  const habits = Object.fromEntries(drawn) as typeof WORST.operators;
  return { ...habits, corrects: 0, erases: 0, withinMs: random.pick([0, 100, 5_000, 60_000]) };
}

/** Zero half of the time. Otherwise low rates are more likely than high ones. */
function rate(random: Random, most: number): number {
  const isOff = random.chance(0.5);
  const share = random.fraction() ** 2;
  return isOff ? 0 : most * share;
}

/** One line, without faults that are off. */
export function describeFaults({ outages, ...faults }: Faults): string {
  const parts = Object.entries(faults).flatMap(([part, rates]) =>
    Object.entries(rates as object)
      .filter(([, value]) => Number(value) > 0)
      .map(([name, value]) => `${part}.${name}=${Number(Number(value).toPrecision(3))}`),
  );
  const down = outages.map(
    ({ of, fromMs, untilMs, share }) =>
      `outage(${of}, ${Math.round(fromMs / 1_000)}-${Math.round(untilMs / 1_000)} s, ${share})`,
  );
  return [...parts, ...down].join(' ') || 'none';
}
