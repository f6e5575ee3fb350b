/** One call of the FHIR server, through its breaker, that ends before the lease of its delivery does. */

import { fetchBody } from '../../aws/bodies-bucket.ts';
import type { PendingResource } from '../../aws/deliveries.ts';
import { type CallOutcome, outcomeOfHttp } from '../../breaker/call-outcome.ts';
import {
  meaningOf,
  saidIn,
  serverIsWell,
  textToSend,
  type Versions,
} from '../../core/delivery/delivery-meaning.ts';
import type { Target } from '../../core/delivery/delivery-targets.ts';
import { versionIn } from '../../core/delivery/late-put.ts';
import { referencesIn, withPrefix } from '../../core/delivery/prefixed-ids.ts';
import { ComponentFault } from '../../core/message/component-fault.ts';
import { correlationOf } from '../../core/message/correlation.ts';
import { faultOf } from '../../telemetry/log.ts';
import type { Tally } from '../../telemetry/tally.ts';
import type { DeliverParts } from './parts.ts';
import { type About, type Answer, getVersion, put } from './server-requests.ts';

const BODY_BYTES_MAX = 100 * 1024 * 1024;
/** A batch of ten such bodies is no burden. A larger one is asked for in its turn. */
const SMALL_BYTES_MAX = 1024 * 1024;

/** The result of a call. */
export type Called =
  | {
      readonly kind: 'answered';
      readonly answer: Answer;
      readonly begunAt: number;
      /** What the resource refers to, if it may have been refused, and is not large. */
      readonly refersTo?: ReadonlySet<string>;
    }
  | { readonly kind: 'refused by the breaker'; readonly retryAt: number }
  /** The large bodies before it took the time of its lease, or of the invocation. */
  | { readonly kind: 'no time left' }
  /** Its id at the server would be invalid. */
  | { readonly kind: 'unfit'; readonly reason: string };

const NO_ANSWER: Answer = { ...saidIn(0, ''), retryAfter: null, version: undefined, body: '' };

export interface Calling {
  readonly resource: PendingResource;
  readonly target: Target;
  readonly until: number;
  readonly tally: Tally;
}

/**
 * Throws if a fault of our own prevented the call: then nothing was sent. A batch of large bodies would not fit into
 * the function's memory.
 */
export async function callPut(parts: DeliverParts, calling: Calling): Promise<Called> {
  const { resource } = calling;
  const text = await textOf(parts, resource, SMALL_BYTES_MAX);
  if (text !== undefined) return putText(parts, calling, text);
  const askedAt = parts.now();
  return parts.largeBodies(async () => {
    // The invocation had time for two calls when it began (build.ts), and one has passed.
    const isOver = parts.now() - askedAt > parts.settings.callTimeoutMs;
    if (isOver || isLate(parts, calling)) return { kind: 'no time left' };
    const large = await textOf(parts, resource, BODY_BYTES_MAX);
    if (large === undefined) throw new ComponentFault('the body in the bucket is too large');
    return putText(parts, calling, large);
  });
}

/** A call must end before the lease does. */
function isLate({ settings, now }: DeliverParts, { until }: Pick<Calling, 'until'>): boolean {
  return now() + settings.callTimeoutMs > until;
}

async function putText(
  parts: DeliverParts,
  { resource, target, until, tally }: Calling,
  stored: string,
): Promise<Called> {
  const { deliveredVersion: version, resourceId } = resource;
  const own = textToSend(stored, resourceId, idOf(resource));
  const prefixed = withPrefix(own, target.idPrefix);
  if (prefixed.kind === 'refused') return { kind: 'unfit', reason: prefixed.reason };
  const { text } = prefixed;
  const called = await call(parts, target, until, {
    method: 'PUT',
    resourceType: resource.resourceType,
    begin: () => countCall(resource, tally),
    request: (token, signal) =>
      put(parts, { ...about(parts, resource, target), text, version }, token, signal),
    isWell: (answer) =>
      serverIsWell(meaningOf(answer, resource.resourceType, versionsOf(parts, resource))),
  });
  const isError = called.kind === 'answered' && called.answer.outcome !== undefined;
  // Of a large one, their list may need more memory than there is.
  const isSmall = stored.length <= SMALL_BYTES_MAX;
  return isError && isSmall ? { ...called, refersTo: referencesIn(stored, target) } : called;
}

/** Reads which version the server holds. Throws as above. */
export function callGet(
  parts: DeliverParts,
  { resource, target, until, tally }: Calling,
): Promise<Called> {
  return call(parts, target, until, {
    method: 'GET',
    resourceType: resource.resourceType,
    begin: () => tally.add('Calls'),
    request: (token, signal) => getVersion(parts, about(parts, resource, target), token, signal),
    isWell: (answer) => versionIn(answer).kind !== 'failed',
  });
}

export function versionsOf(
  { settings, now }: Pick<DeliverParts, 'settings' | 'now'>,
  { deliveredVersion, deliveryConflicts, deliveryLateUntil: lateUntil = 0 }: PendingResource,
): Versions {
  const { inVain: readInVain = 0, isAskedFor = false } = deliveryConflicts ?? {};
  const inVain = readInVain >= settings.failuresMax;
  return {
    isNamed: deliveredVersion !== undefined,
    // A PUT that we gave up on may have taken effect since. What was in vain before it asked says nothing.
    wasRead: isAskedFor && (inVain || (readInVain > 0 && now() >= lateUntil)),
    inVain,
  };
}

/** The id at its source. */
const idOf = ({ resourceId, messageId }: PendingResource) => resourceId ?? messageId;

/** The id at the server. */
export const idThere = (resource: PendingResource, { idPrefix }: Target) =>
  idPrefix + idOf(resource);

interface Request {
  readonly method: 'PUT' | 'GET';
  readonly resourceType: string;
  readonly begin: () => void;
  readonly request: (token: string | undefined, signal: AbortSignal) => Promise<Answer>;
  readonly isWell: (answer: Answer) => boolean;
}

type Tried = Called | { readonly kind: 'too late' };

async function call(
  parts: DeliverParts,
  target: Target,
  until: number,
  { method, resourceType, begin, request, isWell }: Request,
): Promise<Called> {
  const { breakers, settings, traces, tokenOf, now } = parts;
  const secret = tokenOf(target);
  const token = await secret?.read(now());
  let begunAt = 0;
  const make = async (signal: AbortSignal): Promise<Tried> => {
    begunAt = now();
    // Reading the body took time, and so did asking the breaker.
    if (isLate(parts, { until })) return { kind: 'too late' };
    begin();
    const answer = await traces.inSpan({ name: method, kind: 'client' }, () =>
      request(token, signal),
    );
    return { kind: 'answered', answer, begunAt };
  };
  const tried = await breakers.guard<Tried>(target.service, make, {
    timeoutMs: settings.callTimeoutMs,
    outcomeOfResponse: (response) =>
      response.kind === 'answered'
        ? classify(response.answer, isWell(response.answer), { resourceType, now: now() })
        : { outcome: 'unknown' },
    fallback: (reason) =>
      reason.kind === 'failed'
        ? { kind: 'answered', answer: { ...NO_ANSWER, fault: faultOf(reason.error) }, begunAt }
        : { kind: 'refused by the breaker', retryAt: reason.retryAt },
  });
  if (tried.kind === 'too late') throw new ComponentFault('no time to send');
  if (tried.kind === 'answered') secret?.answered(tried.answer.status);
  return tried;
}

/** A FHIR server may forbid us one type, whose resources come again and again: others must go on (R18). */
const FORBIDDEN = 403;

function classify(
  { status, retryAfter, outcome }: Answer,
  isWell: boolean,
  { resourceType, now }: { readonly resourceType: string; readonly now: number },
): CallOutcome {
  if (isWell) return { outcome: 'success' };
  const isOfType = status === FORBIDDEN && outcome !== undefined;
  const part = isOfType ? resourceType : undefined;
  return { ...outcomeOfHttp(status, retryAfter, now), outcome: 'failure', part };
}

/** The same PUT may be made twice: a call that died, or was not answered, may have reached the server. */
function countCall({ deliveryLease, deliveryUnconfirmed }: PendingResource, tally: Tally): void {
  tally.add('Calls');
  if (deliveryLease !== undefined || deliveryUnconfirmed) tally.add('Repeats');
}

function about({ traces }: DeliverParts, resource: PendingResource, target: Target): About {
  const { resourceType } = resource;
  return {
    endpoint: target.endpoint,
    resourceType,
    id: idThere(resource, target),
    correlationId: correlationOf(resource),
    trace: traces.onward(resource),
  };
}

/** Undefined if it is larger than that. */
async function textOf(
  { bodies }: DeliverParts,
  { body, bodyS3, bodyBytes = 0 }: PendingResource,
  bytesMax: number,
): Promise<string | undefined> {
  if (body !== undefined) return body;
  if (bodyS3 === undefined) throw new ComponentFault('an item without a body');
  if (bodyBytes > bytesMax) return undefined;
  const fetched = await fetchBody(bodies, bodyS3, bytesMax);
  if (fetched.kind === 'too-large') return undefined;
  if (fetched.kind !== 'text')
    throw new ComponentFault(`the body in the bucket is ${fetched.kind}`);
  return fetched.text;
}
