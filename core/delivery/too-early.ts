/**
 * Whether a server refused a resource only because it came before what it refers to.
 *
 * Deliveries have no order among resources: an Observation may overtake its Patient, and after an outage all are
 * sent at once. A FHIR server that checks references (HAPI does, unless it is told otherwise) then refuses the
 * Observation, with the same 4xx as for anything else: https://hl7.org/fhir/R4/references.html does not say how.
 * Nothing in the answer can be relied on, so what the resource refers to decides:
 *
 * - While anything of that is still to be delivered, the refused resource waits, however long the server's outage
 *   lasts (R18). Refusals count, not hours: during an outage there are none.
 * - What was delivered while the resource was being refused came too late for it. It is sent again.
 * - If what it refers to was refused too, that may wait for a third one, or the two may refer to each other and would
 *   wait for ever. So each keeps when it last had a reason to wait, and takes over a later time from what it refers
 *   to. In a circle that time stands still. After some refusals without a new reason they are the resource's own.
 * - What we do not hold may be on its way through a lane, or be at the server only. That is worth a few tries. What is
 *   named by a search may be either.
 * - A conflict (409) may be with another request that the server handles at the same time: of another client, or of our
 *   own, such as two that would make it create the same placeholder. Reading the version does not help against that
 *   (https://github.com/hapifhir/hapi-fhir/issues/4690), and it passes once there are fewer. So it waits too.
 * - So does one whose named version is gone again (404, 410, 412) after reads in vain, or whose server asks for a version
 *   (400) that there was none of: other clients change and delete the resource meanwhile.
 * - Otherwise the refusal is the resource's own at once.
 */
import { countFailure, type Failures, NONE_NAMED, type Versions } from './delivery-meaning.ts';

/** With their back-off these take about an hour. */
const REFUSALS_MAX = 20;
/** With their back-off these take about a minute. */
const REFUSALS_OF_ABSENT_MAX = 7;
const CONFLICT = 409;
const VERSION_GONE = [404, 410, 412];
/** Clocks of two environments differ by less. */
const CLOCKS_DIFFER_MS = 10_000;

/** What is known of a resource that a refused one refers to. */
export type Referred =
  /** We have not stored it. */
  | { readonly kind: 'absent' }
  /** It is still to be delivered. If it was refused too, when it last had a reason to wait. */
  | { readonly kind: 'pending'; readonly refusedSince?: number | undefined }
  /** The server has it, or refused it. */
  | { readonly kind: 'settled'; readonly deliveredAt?: number | undefined };

export interface Refusal {
  readonly status: number;
  /** When the refused PUT began, epoch ms. */
  readonly begunAt: number;
  readonly referred: readonly Referred[];
  readonly versions: Pick<Versions, 'isNamed' | 'inVain'>;
}

/** Adds one refusal, at that time. */
export function countRefusal(
  before: Failures | undefined,
  { status, begunAt, referred }: Omit<Refusal, 'versions'>,
  now: number,
): Failures {
  const { count, since } = before?.refused ?? { count: 0, since: now };
  const reasons = referred.map((one) => reasonToWait(one, begunAt, now));
  const latest = Math.max(since, ...reasons);
  const refused = { count: latest > since ? 1 : count + 1, since: latest };
  return { ...countFailure(before, { isOwn: false, status, now }), refused };
}

export function isTooEarly({ refused }: Pick<Failures, 'refused'>, refusal: Refusal): boolean {
  if (refused === undefined) return false;
  const { begunAt, referred } = refusal;
  const mayStillCome = referred.some((one) => one.kind === 'pending' || isLate(one, begunAt));
  if (mayStillCome || isContended(refusal)) return refused.count < REFUSALS_MAX;
  return referred.some(({ kind }) => kind === 'absent') && refused.count < REFUSALS_OF_ABSENT_MAX;
}

/** Other clients of the server may be at work on the resource. */
export function isContended({ status, versions }: Pick<Refusal, 'status' | 'versions'>): boolean {
  const { isNamed, inVain } = versions;
  if (status === CONFLICT) return true;
  return inVain && (isNamed ? VERSION_GONE.includes(status) : status === NONE_NAMED);
}

/** The time of a reason to wait that this gives. */
function reasonToWait(one: Referred, begunAt: number, now: number): number {
  if (one.kind === 'pending') return one.refusedSince ?? now;
  return isLate(one, begunAt) ? now : 0;
}

/** It was delivered, but perhaps only after the refused PUT began. */
function isLate(one: Referred, begunAt: number): boolean {
  return one.kind === 'settled' && (one.deliveredAt ?? 0) > begunAt - CLOCKS_DIFFER_MS;
}
