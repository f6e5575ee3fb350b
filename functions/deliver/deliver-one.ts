/** The story of one trigger: take the lease, make the call that is due now, record what came of it. */
import { randomUUID } from 'node:crypto';
import { idsOf } from '../../core/correlation.ts';
import { canEndUrl } from '../../core/delivery.ts';
import { nextCall } from '../../core/late-put.ts';
import { releaseDelivery, takeDelivery } from '../aws/delivery-lease.ts';
import { breakers } from '../breaker.ts';
import { faultOf, logger, type Tally } from '../telemetry.ts';
import { processing, sayEvent } from '../traces.ts';
import { afterPut } from './after-put.ts';
import { afterRead } from './after-read.ts';
import { type Called, callGet, callPut, idOf } from './call-server.ts';
import { DONE, type Ending, type Leased, refused } from './endings.ts';
import { environment, settings } from './environment.ts';
import { FHIR_SERVER } from './service.ts';

/** Longer than a call: a lease that is over belongs to one that ended, or died. */
const LEASE_MARGIN_MS = 10_000;
const SOON_MS = 2_000;

/** Throws on a fault of our own. */
export async function deliverOne(pk: string, tally: Tally): Promise<Ending> {
  const closed = await breakers.peek(FHIR_SERVER, settings.callTimeoutMs);
  if (closed !== undefined) return refusedUntil(closed.retryAt);
  const owner = randomUUID();
  const now = Date.now();
  const until = now + settings.callTimeoutMs + LEASE_MARGIN_MS;
  const at = { now, lateMs: settings.lateMs };
  const taken = await takeDelivery(environment.resourcesTable, pk, { owner, until }, at);
  if (taken.kind === 'nothing pending') {
    tally.add('NothingPending');
    return DONE;
  }
  // As a rule the other call ends long before its lease.
  if (taken.kind === 'leased') return { kind: 'again', at: Math.min(taken.until, now + SOON_MS) };
  const { resource } = taken;
  return processing(resource, undefined, () => deliverLeased({ resource, owner, until, tally }));
}

async function deliverLeased(leased: Leased): Promise<Ending> {
  const { resource, until, tally } = leased;
  if (!canEndUrl(idOf(resource))) {
    return refused(leased, { reason: 'has no address for such an id', body: '' });
  }
  const next = nextCall(seenOf(leased), Date.now());
  switch (next.kind) {
    case 'wait':
      await release(leased);
      return { kind: 'again', at: next.until };
    case 'put':
      return record(leased, () => callPut(resource, until, tally), afterPut);
    case 'read':
      return record(leased, () => callGet(resource, until, tally), afterRead);
  }
}

type Answered = Extract<Called, { kind: 'answered' }>;

/** Makes the call, and gives the lease back where it was not made. */
async function record(
  leased: Leased,
  call: () => Promise<Called>,
  after: (leased: Leased, answered: Answered) => Promise<Ending>,
): Promise<Ending> {
  const called = await call().catch(async (fault: unknown) => {
    logger.warn('not sent', { ...idsOf(leased.resource), ...faultOf(fault) });
    await release(leased);
    throw fault;
  });
  if (called.kind === 'answered') return after(leased, called);
  await release(leased);
  return refusedUntil(called.retryAt);
}

function release({ resource, owner }: Leased): Promise<void> {
  return releaseDelivery(environment.resourcesTable, resource, owner);
}

function refusedUntil(at: number): Ending {
  sayEvent('refused by the breaker', { service: FHIR_SERVER });
  return { kind: 'again', at };
}

function seenOf({ resource }: Leased) {
  return {
    version: resource.deliveredVersion,
    lateUntil: resource.deliveryLateUntil,
    isConflict: resource.deliveryConflicts?.isUnread ?? false,
    isAnswered: resource.deliveredOrder === resource.submissionOrder,
  };
}
