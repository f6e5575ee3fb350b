/** The story of one trigger: take the lease, send what is pending now, record what came of it. */
import { randomUUID } from 'node:crypto';
import { backOffSeconds } from '../../core/back-off.ts';
import { correlationOf, idsOf } from '../../core/correlation.ts';
import {
  canEndUrl,
  countFailure,
  type DeliveryMeaning,
  isItsOwn,
  meaningOf,
  serverIsWell,
  textToSend,
} from '../../core/delivery.ts';
import { fetchBody } from '../aws/bodies-bucket.ts';
import {
  finishDelivery,
  type PendingResource,
  refuseDelivery,
  releaseDelivery,
  takeDelivery,
} from '../aws/deliveries.ts';
import { type Judgement, judgeHttp } from '../breaker/judgement.ts';
import { breakers, guard } from '../breaker.ts';
import { ComponentFault } from '../component-fault.ts';
import { emit, faultOf, logger, measureSince, type Tally } from '../telemetry.ts';
import { inSpan, processing, say, sayEvent, traceOnward } from '../traces.ts';
import { environment, settings } from './environment.ts';
import { type Answer, put } from './put.ts';
import { FHIR_SERVER } from './service.ts';
import { quarantineUndelivered, resolveRedriven } from './undelivered.ts';

/** Longer than a call: a lease that is over belongs to one that ended, or died. */
const LEASE_MARGIN_MS = 10_000;
const BODY_BYTES_MAX = 100 * 1024 * 1024;
const SOON_MS = 2_000;

export type Ending =
  | { readonly kind: 'done' }
  /** There is something to do, not before that time. */
  | { readonly kind: 'again'; readonly at: number };

const DONE: Ending = { kind: 'done' };

/** Throws on a fault of our own. */
export async function deliverOne(pk: string, tally: Tally): Promise<Ending> {
  const closed = await breakers.peek(FHIR_SERVER, settings.callTimeoutMs);
  if (closed !== undefined) return refusedUntil(closed.retryAt);
  const owner = randomUUID();
  const now = Date.now();
  const until = now + settings.callTimeoutMs + LEASE_MARGIN_MS;
  const taken = await takeDelivery(environment.resourcesTable, pk, { owner, until }, now);
  if (taken.kind === 'nothing pending') {
    tally.add('NothingPending');
    return DONE;
  }
  // As a rule the other call ends long before its lease.
  if (taken.kind === 'leased') return { kind: 'again', at: Math.min(taken.until, now + SOON_MS) };
  const { resource } = taken;
  return processing(resource, undefined, () => deliverLeased(resource, owner, until, tally));
}

function refusedUntil(at: number): Ending {
  sayEvent('refused by the breaker', { service: FHIR_SERVER });
  return { kind: 'again', at };
}

async function deliverLeased(
  resource: PendingResource,
  owner: string,
  until: number,
  tally: Tally,
): Promise<Ending> {
  if (!canEndUrl(idOf(resource))) {
    return refused(resource, owner, { reason: 'has no address for such an id', body: '' }, tally);
  }
  const sent = await send(resource, until, tally).catch(async (fault: unknown) => {
    logger.warn('not sent', { ...idsOf(resource), ...faultOf(fault) });
    await releaseDelivery(environment.resourcesTable, resource.pk, owner);
    throw fault;
  });
  switch (sent.kind) {
    case 'answered':
      return record(resource, owner, sent.answer, tally);
    case 'no answer':
      return failed(resource, owner, { status: 0, body: '' }, tally);
    case 'refused by the breaker':
      await releaseDelivery(environment.resourcesTable, resource.pk, owner);
      return refusedUntil(sent.retryAt);
  }
}

type Sent =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'no answer' }
  | { readonly kind: 'refused by the breaker'; readonly retryAt: number };

/** Throws where a fault of our own kept it from being sent. */
async function send(resource: PendingResource, until: number, tally: Tally): Promise<Sent> {
  const text = await textOf(resource);
  const token = await environment.token?.read(Date.now());
  // Reading took time; the call must end before the lease does.
  if (Date.now() + settings.callTimeoutMs > until) throw new ComponentFault('no time to send');
  const call = async (signal: AbortSignal): Promise<Sent> => {
    countCall(resource, tally);
    const request = requestOf(resource, text);
    const answer = await inSpan({ name: 'PUT', kind: 'client' }, () =>
      put({ ...request, trace: traceOnward(resource) }, token, signal),
    );
    return { kind: 'answered', answer };
  };
  return guard<Sent>(FHIR_SERVER, call, {
    timeoutMs: settings.callTimeoutMs,
    judgeAnswer: (sent) => (sent.kind === 'answered' ? judge(sent.answer) : { outcome: 'unknown' }),
    fallback: (reason) =>
      reason.kind === 'failed'
        ? { kind: 'no answer' }
        : { kind: 'refused by the breaker', retryAt: reason.retryAt },
  });
}

/** A 401 or 403 is a failure too: each call would be answered so. */
function judge({ status, retryAfter }: Answer): Judgement {
  if (serverIsWell(meaningOf(status, true))) return { outcome: 'success' };
  return { ...judgeHttp(status, retryAfter, Date.now()), outcome: 'failure' };
}

async function record(
  resource: PendingResource,
  owner: string,
  answer: Answer,
  tally: Tally,
): Promise<Ending> {
  const meaning: DeliveryMeaning = meaningOf(
    answer.status,
    resource.deliveredVersion !== undefined,
  );
  say({ answer: meaning });
  const { resourcesTable } = environment;
  switch (meaning) {
    case 'delivered': {
      tally.add('Delivered');
      await resolveRedriven(resource, tally);
      const end = { owner, version: answer.version, now: Date.now() };
      const isLatest = await finishDelivery(resourcesTable, resource, end);
      measureSince('DeliveryLatency', resource.sentAt);
      logger.debug('delivered', idsOf(resource));
      return isLatest ? DONE : { kind: 'again', at: Date.now() };
    }
    case 'other version':
      tally.add('OtherVersion');
      await releaseDelivery(resourcesTable, resource.pk, owner, { failures: undefined });
      return { kind: 'again', at: Date.now() };
    case 'refused':
      return refused(resource, owner, answered(answer), tally);
    case 'failed':
      if (answer.status === 401) environment.token?.forget();
      return failed(resource, owner, answer, tally);
  }
}

/** Its own failure goes to quarantine first: a death in between repeats the call, and loses nothing. */
async function refused(
  resource: PendingResource,
  owner: string,
  { reason, body }: { readonly reason: string; readonly body: string },
  tally: Tally,
): Promise<Ending> {
  await quarantineUndelivered(resource, reason, body);
  await resolveRedriven(resource, tally);
  const ended = await refuseDelivery(environment.resourcesTable, resource, owner, reason);
  tally.add('Undelivered');
  emit('Quarantined', 'verdict', 'undelivered');
  logger.warn('undelivered', { ...idsOf(resource), reason });
  return ended ? DONE : { kind: 'again', at: Date.now() + SOON_MS };
}

async function failed(
  resource: PendingResource,
  owner: string,
  answer: Pick<Answer, 'status' | 'body'>,
  tally: Tally,
): Promise<Ending> {
  tally.add('DeliveryFailures');
  const state = breakers.known(FHIR_SERVER);
  const failures = state && countFailure(resource.deliveryFailures, state.generation);
  if (failures !== undefined && isItsOwn(failures, state, settings.failuresMax)) {
    return refused(resource, owner, answered(answer), tally);
  }
  await releaseDelivery(environment.resourcesTable, resource.pk, owner, { failures });
  return { kind: 'again', at: Date.now() + 1_000 * backOffSeconds(failures?.count ?? 1) };
}

function answered({ status, body }: Pick<Answer, 'status' | 'body'>) {
  return { reason: status === 0 ? 'no answer' : `answered ${status}`, body };
}

/** The same PUT may be made twice: what died, or was not answered, may have reached the server. */
function countCall({ deliveryLease, deliveryUnconfirmed }: PendingResource, tally: Tally): void {
  tally.add('Calls');
  if (deliveryLease !== undefined || deliveryUnconfirmed) tally.add('Repeats');
}

const idOf = ({ resourceId, messageId }: PendingResource) => resourceId ?? messageId;

function requestOf(resource: PendingResource, text: string) {
  const { resourceType, resourceId, deliveredVersion: version } = resource;
  const id = idOf(resource);
  const correlationId = correlationOf(resource);
  return { resourceType, id, text: textToSend(text, resourceId, id), version, correlationId };
}

async function textOf({ body, bodyS3 }: PendingResource): Promise<string> {
  if (body !== undefined) return body;
  if (bodyS3 === undefined) throw new ComponentFault('an item without a body');
  const fetched = await fetchBody(bodyS3, BODY_BYTES_MAX);
  if (fetched.kind !== 'text')
    throw new ComponentFault(`the body in the bucket is ${fetched.kind}`);
  return fetched.text;
}
