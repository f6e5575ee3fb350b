/**
 * Periods in which something is down completely: a service, a table, the key, an outside server.
 */
import { S3ServiceException } from '@aws-sdk/client-s3';
import type { Random } from './random.ts';

export interface Outage {
  /** `dynamodb`, `s3`, …, a table's name, `kms` or a server's base URL. */
  readonly of: string;
  /** Start, in ms since the run began. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** Share of the calls that fail. */
  readonly share: number;
}

const LENGTHS_MS = [5_000, 60_000, 600_000] as const;
/** Services whose data the stack's key encrypts. */
const ENCRYPTED = ['dynamodb', 's3', 'sns', 'sqs', 'secrets'];

/** What is down with another place: both depend on the same thing. */
const TOGETHER = 0.3;

/** None in half of the runs, otherwise up to four, in the first `withinMs`. */
export function drawOutages(random: Random, places: readonly string[], withinMs: number): Outage[] {
  if (places.length === 0 || random.chance(0.5)) return [];
  return Array.from({ length: random.between(1, 4) }, () => {
    const fromMs = random.below(withinMs);
    const lengthMs = Math.ceil(random.pick(LENGTHS_MS) * (0.5 + random.fraction()));
    const one = () => {
      const of = places[random.below(places.length)] ?? '';
      const share = random.pick([0.5, 0.9, 1]);
      // A disabled key opens nothing.
      return { of, fromMs, untilMs: fromMs + lengthMs, share: of === 'kms' ? 1 : share };
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

/** An outage that fails a call now. */
export interface Down {
  readonly share: number;
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
  { now, startedAt }: { readonly now: number; readonly startedAt: number },
): Down | undefined {
  if (outages.length === 0) return undefined;
  const atMs = now - startedAt;
  const outage = outages.find(
    ({ of, fromMs, untilMs }) =>
      atMs >= fromMs &&
      atMs < untilMs &&
      (of === service || of === place || (of === 'kms' && ENCRYPTED.includes(service))),
  );
  if (outage === undefined) return undefined;
  const { share, of } = outage;
  return { share, refusal: of === 'kms' ? () => keyRefusal(service) : undefined };
}

/** Each service has its own error for a disabled key. */
function keyRefusal(service: string): Error {
  const name =
    { s3: 'KMS.DisabledException', sqs: 'KmsDisabled', sns: 'KMSDisabledException' }[service] ??
    'AccessDeniedException';
  const message = 'the key is disabled';
  const refusal = { name, $fault: 'client', $metadata: { httpStatusCode: 400 } } as const;
  if (service === 's3') return new S3ServiceException({ ...refusal, message });
  return Object.assign(new Error(message), refusal);
}
