/**
 * What the FHIR server's answer to a PUT means, for the resource and for the server.
 *
 * Most failures are the server's: they say nothing about the resource, which waits for as long as it
 * takes (R18). Some are the resource's own. A 4xx is, at once; but for those that are about us (401,
 * 403), about time (408, 425, 429), or about a version that is no longer the server's (412, 409),
 * after which the same resource is sent without naming one.
 *
 * A 5xx may be either. It is counted in the item, per generation of the breaker, and believed to be
 * the resource's own when it has happened `failuresMax` times while the breaker stayed closed and
 * somebody else's call went well in between: the breaker's count of consecutive failures, which any
 * success resets, is then lower than the resource's. In an outage it never is, so that an outage
 * quarantines nothing, and neither is it for one resource that is all the traffic there is.
 */
import type { Phase } from './breaker-state.ts';

export type DeliveryMeaning =
  | 'delivered'
  /** The resource's own failure, whoever asks again. */
  | 'refused'
  /** The server holds another version than the one that we named. */
  | 'other version'
  /** The server, the line or our credentials. */
  | 'failed';

const ABOUT_US = [401, 403, 408, 425, 429];
const ABOUT_VERSIONS = [409, 412];

export function meaningOf(status: number, versionNamed: boolean): DeliveryMeaning {
  if (status >= 200 && status < 300) return 'delivered';
  if (status < 400 || status >= 500 || ABOUT_US.includes(status)) return 'failed';
  return ABOUT_VERSIONS.includes(status) && versionNamed ? 'other version' : 'refused';
}

/**
 * Whether a URL can end with this id. FHIR allows ids of dots (https://hl7.org/fhir/R4/datatypes.html#id),
 * but URLs take `.` and `..` for steps, encoded or not (https://url.spec.whatwg.org/#path-state): a PUT
 * of `Patient/..` would go to the server's root.
 */
export function canEndUrl(id: string): boolean {
  return id !== '.' && id !== '..';
}

/** Whether an answer shows a server that is well, whatever it thinks of the resource. */
export function serverIsWell(meaning: DeliveryMeaning): boolean {
  return meaning !== 'failed';
}

/** Failures of one resource in one generation of the breaker. */
export interface Failures {
  readonly generation: number;
  readonly count: number;
}

/** With one failure more; a new generation counts anew. */
export function countFailure(before: Failures | undefined, generation: number): Failures {
  const count = before?.generation === generation ? before.count : 0;
  return { generation, count: count + 1 };
}

export interface BreakerSeen {
  readonly phase: Phase;
  readonly generation: number;
  /** Consecutive failures of the whole fleet, of a closed breaker. */
  readonly failures?: number;
}

export function isItsOwn(
  failures: Failures,
  breaker: BreakerSeen | undefined,
  failuresMax: number,
): boolean {
  if (breaker?.phase !== 'closed' || breaker.generation !== failures.generation) return false;
  return failures.count >= failuresMax && (breaker.failures ?? 0) < failures.count;
}

export interface Waiting {
  /** Epoch ms when the breaker may let calls through. */
  readonly retryAt: number;
  readonly receives: number;
  /** Messages of the queue that wait invisibly, as far as known. */
  readonly inFlight: number;
}

export interface WaitingPolicy {
  /** More may not wait invisibly: the queue's own limit is 120,000. */
  readonly inFlightMax: number;
  /** Receives are bounded too: SQS gives up on a message after 1,000. */
  readonly receivesMax: number;
}

const WAIT_SECONDS_MAX = 900;

/**
 * How a message waits that may not be sent now: invisibly in its queue, or not at all. In that case
 * its mark in Resources remains, and it is sent anew at that time.
 */
export function howToWait(
  { retryAt, receives, inFlight }: Waiting,
  now: number,
  draw: number,
  { inFlightMax, receivesMax }: WaitingPolicy,
): { readonly kind: 'invisibly'; seconds: number } | { readonly kind: 'marked'; until: number } {
  const ms = Math.max(1_000, retryAt - now);
  // Whoever waits for the same breaker shall not come back in one second.
  const spreadMs = ms * (1 + draw);
  if (inFlight >= inFlightMax || receives >= receivesMax) {
    return { kind: 'marked', until: now + Math.round(spreadMs) };
  }
  return {
    kind: 'invisibly',
    seconds: Math.min(WAIT_SECONDS_MAX, Math.ceil(spreadMs / 1_000)),
  };
}

const WITHOUT_ID = /^\s*\{/;

/** The text to PUT: of a resource that came without an id, with the one that it is known by. */
export function textToSend(text: string, resourceId: string | undefined, id: string): string {
  return resourceId === undefined ? text.replace(WITHOUT_ID, `{"id":${JSON.stringify(id)},`) : text;
}

export const DELIVERY_SHARDS = 16;

/** Which part of the index of what is pending a resource belongs to; any number may be given. */
export function shardName(number: number): string {
  return `pending#${number % DELIVERY_SHARDS}`;
}
