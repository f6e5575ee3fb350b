/**
 * What the FHIR server's answer to a PUT means, for the resource and for the server; and how long a
 * delivery waits.
 *
 * Most failures are the server's: they say nothing about the resource, which waits as long as necessary
 * (R18). A failure is the resource's own only if the server says so in an OperationOutcome:
 *
 * - A 4xx with an OperationOutcome refuses the resource at once, unless it may have come too early
 *   (too-early.ts), or all its errors are of kinds that pass, such as `throttled`. A 4xx without one does not
 *   come from a FHIR server: an ingress answers 404 for a server that is not there. Some statuses are about us
 *   (401, 415) or about time (408, 429), whatever comes with them.
 * - A 5xx whose outcome points to an element of the resource may be the resource's own. Servers send
 *   outcomes for their own faults too, but those point nowhere. A gateway (502, 503, 504) never knows. Such
 *   a 5xx counts once it has happened `failuresMax` times and another resource's call has succeeded since:
 *   the breaker's count of consecutive failures, which any success resets, is then lower than the
 *   resource's. While all calls fail it never is, and neither is it for a resource that is the only
 *   traffic.
 * - A 2xx for people with a browser does not come from a FHIR server either (for-people.ts).
 * - 409, 412 and 428 are about the version that the PUT named, or did not name: the version is read and the
 *   PUT made again. So are 404 and 410 with an OperationOutcome if it named one, and 400 if it named none: a
 *   server may require a version of whatever it holds already
 *   (https://hl7.org/fhir/R4/http.html#concurrency). If reading does not help, they count as any 4xx. A 400
 *   usually is about the resource, so reading once is enough, unless a PUT may have taken effect since.
 */
import { backOffSeconds } from '../attempt/back-off.ts';
import type { Phase } from '../breaker/breaker-state.ts';
import { isForPeople } from './for-people.ts';
import {
  isPassing,
  mayGoOn,
  NOT_ABOUT_CONTENT,
  outcomeIn,
  pointsInto,
  type ServerOutcome,
} from './server-operation-outcome.ts';

export type DeliveryMeaning =
  | 'delivered'
  /** The resource's own failure, whoever sends it again. */
  | 'refused'
  /** The server holds another version than the one that we named. */
  | 'other version'
  /** A 5xx that names an element of the resource. */
  | 'failed at an element'
  /** The server, the network or our credentials. */
  | 'failed';

/** A server may say so of a PUT that changes nothing, as Medplum's does: it holds just that. */
export const UNCHANGED = 304;
const ABOUT_VERSIONS = [409, 412, 428];
/** A server may say so of the version that was named: the resource is no longer there, as after a restore. */
const NOT_THERE = [404, 410];
/** A server may say so of a version that was not named. */
export const NONE_NAMED = 400;
const OF_GATEWAYS = [502, 503, 504];

/** What an answer says. Its body may have a MiB of characters, so it is read once. */
export interface Said {
  /** 0 means no answer. */
  readonly status: number;
  /** The OperationOutcome of an error. */
  readonly outcome: ServerOutcome | undefined;
  /** It is for people with a browser, so no FHIR server gave it. */
  readonly isForPeople: boolean;
}

export function saidIn(
  status: number,
  body: string,
  headers: Pick<Headers, 'get'> = new Headers(),
): Said {
  const outcome = status >= 400 ? outcomeIn(body) : undefined;
  return { status, outcome, isForPeople: isForPeople(body, headers) };
}

/** Whether a status may be about the version that a PUT named, or did not name. */
export const isAboutVersion = (status: number) => ABOUT_VERSIONS.includes(status);

/** What we know of the version that the server holds. */
export interface Versions {
  /** The PUT named one. */
  readonly isNamed: boolean;
  /** It was read since a PUT was refused that named none, without success. */
  readonly wasRead: boolean;
  /** That happened as often as it makes sense. */
  readonly inVain: boolean;
}

export function meaningOf(
  { status, outcome, isForPeople }: Said,
  resourceType: string,
  { isNamed, wasRead, inVain }: Versions,
): DeliveryMeaning {
  if (status >= 200 && status < 300) return isForPeople ? 'failed' : 'delivered';
  if (status === UNCHANGED) return 'delivered';
  if (status < 400 || OF_GATEWAYS.includes(status)) return 'failed';
  if (NOT_ABOUT_CONTENT.includes(status)) return 'failed';
  if (isAboutVersion(status) && !inVain) return 'other version';
  if (outcome === undefined) return 'failed';
  if (NOT_THERE.includes(status) && isNamed && !inVain) return 'other version';
  if (status < 500 && isPassing(outcome)) return 'failed';
  if (status === NONE_NAMED && !isNamed && !wasRead) return 'other version';
  if (status < 500) return 'refused';
  return pointsInto(outcome, resourceType) ? 'failed at an element' : 'failed';
}

/** Whether an answer shows a healthy server, whatever it says about the resource. */
export function serverIsWell(meaning: DeliveryMeaning): boolean {
  return meaning !== 'failed' && meaning !== 'failed at an element';
}

/**
 * Whether a PUT with this answer may have taken effect, or still may. A gateway that gives up does not stop
 * the server behind it, and neither may a server that says `timeout`.
 */
export function endIsUnknown({ status, outcome }: Said): boolean {
  if (status === 0 || status === 408 || status >= 500) return true;
  return outcome !== undefined && mayGoOn(outcome);
}

/**
 * Whether a URL can end with this id. FHIR allows ids of dots (https://hl7.org/fhir/R4/datatypes.html#id),
 * but in URLs `.` and `..` are path steps, encoded or not (https://url.spec.whatwg.org/#path-state): a PUT
 * of `Patient/..` would go to the server's root.
 */
export function canEndUrl(id: string): boolean {
  return id !== '.' && id !== '..';
}

/** Failed calls of one resource in a row. */
export interface Failures {
  readonly count: number;
  /** Of these, the answers that pointed into the resource. */
  readonly own: number;
  /** When the first of them was, epoch ms. */
  readonly since: number;
  /** Status of the latest answer; 0 means no answer. */
  readonly status: number;
  /** Those that refused it since it last had a reason to wait, and when that was (too-early.ts). */
  readonly refused?: { readonly count: number; readonly since: number } | undefined;
}

/** Adds one failure. */
export function countFailure(
  before: Failures | undefined,
  {
    isOwn,
    status,
    now,
  }: { readonly isOwn: boolean; readonly status: number; readonly now: number },
): Failures {
  const { count, own, since, refused } = before ?? { count: 0, own: 0, since: now };
  const failures = { count: count + 1, own: own + (isOwn ? 1 : 0), since, status };
  return refused === undefined ? failures : { ...failures, refused };
}

export interface BreakerSeen {
  readonly phase: Phase;
  /** Consecutive failures of the whole fleet, as counted by a closed breaker. */
  readonly failures?: number;
}

export function isItsOwn(
  { own }: Failures,
  breaker: BreakerSeen | undefined,
  failuresMax: number,
): boolean {
  return own >= failuresMax && breaker?.phase === 'closed' && (breaker.failures ?? 0) < own;
}

/** The longest `Retry-After` that is obeyed. */
const RETRY_AFTER_MAX_MS = 15 * 60_000;

/**
 * When a resource is sent again: not before its back-off, and not before the time that the server asks for.
 */
export function retryTime(
  { count }: Pick<Failures, 'count'>,
  askedFor: number | undefined,
  now: number,
): number {
  const asked = Math.min(askedFor ?? 0, now + RETRY_AFTER_MAX_MS);
  return Math.max(now + 1_000 * backOffSeconds(count), asked);
}

export interface Waiting {
  /** Epoch ms when the breaker may let calls through. */
  readonly retryAt: number;
  readonly receives: number;
  /** Messages of the queue that wait invisibly, as far as known. */
  readonly inFlight: number;
}

export interface WaitingPolicy {
  /** Maximum number of messages that may wait invisibly. The queue's own limit is 120,000. */
  readonly inFlightMax: number;
  /** Receives are limited too: SQS gives up on a message after 1,000. */
  readonly receivesMax: number;
}

const WAIT_SECONDS_MAX = 900;

/**
 * How a message waits that may not be sent now: invisibly in its queue, or not at all. In the
 * second case its mark in Resources remains, and it is sent again at that time. Neither waits for as long as a
 * breaker is forced open (up to a day), because an operator may close it before (R17).
 */
export function howToWait(
  { retryAt, receives, inFlight }: Waiting,
  now: number,
  draw: number,
  { inFlightMax, receivesMax }: WaitingPolicy,
): { readonly kind: 'invisibly'; seconds: number } | { readonly kind: 'marked'; until: number } {
  const ms = Math.min(WAIT_SECONDS_MAX * 1_000, Math.max(1_000, retryAt - now));
  // Batches that wait for the same breaker must not all come back in the same second.
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

/** The text to PUT: a resource that came without an id gets the id that it is known by. */
export function textToSend(text: string, resourceId: string | undefined, id: string): string {
  return resourceId === undefined ? text.replace(WITHOUT_ID, `{"id":${JSON.stringify(id)},`) : text;
}

export const DELIVERY_SHARDS = 16;

/** The shard of the index of pending deliveries for a resource. Any number may be given. */
export function shardName(number: number): string {
  return `pending#${number % DELIVERY_SHARDS}`;
}
