/**
 * Periods in which something is down completely: a service, a table, the key, an outside server.
 */
import type { Random } from './random.ts';
import { keyRefusalAt, keyRefusedBy, type Service } from './service-errors.ts';

export interface Outage {
  /** `dynamodb`, `s3`, …, a table's name, `kms`, `kms/s3`, `minute`, `to <queue>`, a server's base URL or a function's name. */
  readonly of: string;
  /** Start, in ms since the run began. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** Share of the calls that fail. */
  readonly share: number;
  /** A brown-out: the other calls take about as long as their callers wait, or longer. */
  readonly isSlow?: boolean;
}

const LENGTHS_MS = [5_000, 60_000, 600_000] as const;
/** Services whose data the stack's key encrypts. */
const ENCRYPTED: readonly Exclude<Service, 'lambda'>[] = [
  'dynamodb',
  's3',
  'sns',
  'sqs',
  'secrets',
];

/** S3 alone cannot use the key: it asks for each object, while other services keep their data keys for minutes. */
export const KEY_OF_S3 = 'kms/s3';

/** What is down with another place: both depend on the same thing. */
const TOGETHER = 0.3;

export const MINUTE = 'minute';
export const wayTo = (queue: string) => `to ${queue}`;

/** None in half of the runs, otherwise up to four, in the first `withinMs`. */
export function drawOutages(random: Random, places: readonly string[], withinMs: number): Outage[] {
  if (places.length === 0 || random.chance(0.5)) return [];
  return Array.from({ length: random.between(1, 4) }, () => {
    const fromMs = random.below(withinMs);
    const lengthMs = Math.ceil(random.pick(LENGTHS_MS) * (0.5 + random.fraction()));
    const one = () => {
      const of = places[random.below(places.length)] ?? '';
      const share = random.pick([0.5, 0.9, 1]);
      // A key that is disabled or denied opens nothing.
      const isClosed = of === 'kms' && keyRefusalAt(fromMs) !== 'throttled';
      return { of, fromMs, untilMs: fromMs + lengthMs, share: isClosed ? 1 : share };
    };
    return random.chance(TOGETHER) ? [one(), one()] : [one()];
  }).flat();
}

const FLAPPING = 0.2;

/** In some runs one of these servers comes back and is down again, several times: while traffic returns. */
export function drawFlapping(
  random: Random,
  servers: readonly string[],
  withinMs: number,
): Outage[] {
  if (servers.length === 0 || !random.chance(FLAPPING)) return [];
  const of = servers[random.below(servers.length)] ?? '';
  let fromMs = random.below(withinMs / 2);
  return Array.from({ length: random.between(3, 6) }, () => {
    const outage = { of, fromMs, untilMs: fromMs + random.between(20_000, 60_000), share: 1 };
    fromMs = outage.untilMs + random.between(20_000, 120_000);
    return outage;
  });
}

const KEY_GONE = 0.1;

/** In some runs, early, when most is submitted. */
export function drawKeyOfS3(random: Random): Outage[] {
  if (!random.chance(KEY_GONE)) return [];
  const fromMs = random.below(240_000);
  return [{ of: KEY_OF_S3, fromMs, untilMs: fromMs + random.between(20_000, 240_000), share: 1 }];
}

const NOT_LOADING = 0.15;

/** Of a function on a message's way, many die in that time; the others are invoked each minute, or seldom. */
const NOT_LOADING_MS = { lane: [5_000, 15_000], kernel: [60_000, 900_000] } as const;

/** In some runs no environment of one of these functions loads for some time, early. */
export function drawNotLoading(
  random: Random,
  functions: readonly string[],
  kind: keyof typeof NOT_LOADING_MS,
): Outage[] {
  if (functions.length === 0 || !random.chance(NOT_LOADING)) return [];
  const of = functions[random.below(functions.length)] ?? '';
  const fromMs = random.below(200_000);
  const [shortest, longest] = NOT_LOADING_MS[kind];
  return [{ of, fromMs, untilMs: fromMs + random.between(shortest, longest), share: 1 }];
}

const WITHOUT_WAKES = 0.15;
/** EventBridge's, and those from SNS to a queue, which SNS repeats until they succeed. */
const STUCK_MS = [120_000, 400_000, 900_000] as const;

/** In some runs no minute comes for some time; in some a topic's messages wait on their way to one queue, and go to others. */
export function drawStuckDeliveries(random: Random, queues: readonly string[]): Outage[] {
  const one = (of: string): Outage => {
    const fromMs = random.below(600_000);
    return { of, fromMs, untilMs: fromMs + random.pick(STUCK_MS), share: 1 };
  };
  const queue = queues[random.below(queues.length)];
  return [
    ...(random.chance(WITHOUT_WAKES) ? [one(MINUTE)] : []),
    ...(queue !== undefined && random.chance(WITHOUT_WAKES) ? [one(wayTo(queue))] : []),
  ];
}

/** The ms until messages of topics reach that queue again. */
export function stuckMs(
  outages: readonly Outage[],
  place: string,
  { now, startedAt }: Clock,
): number {
  const atMs = now - startedAt;
  const ends = outages
    .filter((outage) => outage.of === place && isOn(outage, atMs))
    .map(({ untilMs }) => untilMs - atMs);
  return Math.max(0, ...ends);
}

const isOn = ({ fromMs, untilMs }: Outage, atMs: number) => atMs >= fromMs && atMs < untilMs;

interface Clock {
  readonly now: number;
  readonly startedAt: number;
}

/** An outage that fails a call now. */
export interface Down {
  readonly share: number;
  readonly isSlow: boolean;
  /**
   * The error of a service that cannot use the key. Undefined for no answer, or a general failure.
   */
  readonly refusal: (() => Error) | undefined;
}

/** The outage that fails a call now to that service and place. */
export function downBy(
  outages: readonly Outage[],
  service: string,
  place: string | undefined,
  { now, startedAt }: Clock,
): Down | undefined {
  if (outages.length === 0) return undefined;
  const atMs = now - startedAt;
  const outage = outages.find(
    (each) =>
      isOn(each, atMs) && (each.of === service || each.of === place || isItsKey(each.of, service)),
  );
  if (outage === undefined) return undefined;
  const { share, of, fromMs, isSlow = false } = outage;
  const whose = ENCRYPTED.find((each) => each === service);
  if (whose === undefined || !isItsKey(of, service)) return { share, isSlow, refusal: undefined };
  return { share, isSlow, refusal: () => keyRefusedBy(whose, keyRefusalAt(fromMs)) };
}

const isItsKey = (of: string, service: string) =>
  of === 'kms' ? ENCRYPTED.some((each) => each === service) : of === KEY_OF_S3 && service === 's3';
