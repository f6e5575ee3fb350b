/** The story of one trigger: take the lease, make the call that is due now, record the result. */
import { leaseDelivery, releaseDelivery } from '../../aws/delivery-lease.ts';
import { canEndUrl } from '../../core/delivery/delivery-meaning.ts';
import type { Target } from '../../core/delivery/delivery-targets.ts';
import { nextCall } from '../../core/delivery/late-put.ts';
import { idsOf } from '../../core/message/correlation.ts';
import { faultOf } from '../../telemetry/log.ts';
import type { Tally } from '../../telemetry/tally.ts';
import { afterPut } from './after-put.ts';
import { afterRead } from './after-read.ts';
import { DONE, type Ending, type Leased, refused, SOON_MS } from './endings.ts';
import { type Called, type Calling, callGet, callPut, idThere } from './guarded-call.ts';
import type { DeliverParts } from './parts.ts';

/** Longer than a call, so the call of an expired lease has ended, or its process has died. */
const LEASE_MARGIN_MS = 10_000;

/** Throws on a fault of our own. */
export async function deliverOne(parts: DeliverParts, pk: string, tally: Tally): Promise<Ending> {
  const { settings, targets, breakers, resources } = parts;
  const target = targets.ofKey(pk);
  const closed = target && (await breakers.of(target.service).peek(settings.callTimeoutMs));
  if (target && closed) return refusedUntil(parts, target, closed.retryAt);
  const owner = parts.randomId();
  const now = parts.now();
  const until = now + settings.callTimeoutMs + LEASE_MARGIN_MS;
  const at = { now, lateMs: settings.lateMs };
  const taken = await leaseDelivery(resources, pk, { owner, until }, at);
  if (taken.kind === 'nothing pending') {
    tally.add('NothingPending');
    return DONE;
  }
  // The other call usually ends long before its lease.
  if (taken.kind === 'leased') return { kind: 'again', at: Math.min(taken.until, now + SOON_MS) };
  const { resource } = taken;
  return parts.traces.processing(resource, undefined, () =>
    deliverLeased(parts, { resource, target, owner, until, tally }),
  );
}

async function deliverLeased(parts: DeliverParts, leased: Leased): Promise<Ending> {
  const { resource, target } = leased;
  if (target === undefined) return unfit(parts, leased, 'has no place for its source');
  if (!canEndUrl(idThere(resource, target)))
    return unfit(parts, leased, 'has no address for such an id');
  const calling = { ...leased, target };
  const next = nextCall(seenOf(leased), parts.now());
  switch (next.kind) {
    case 'wait':
      await release(parts, leased);
      return { kind: 'again', at: next.until };
    case 'put':
      return callUnderLease(parts, calling, callPut, afterPut);
    case 'read':
      return callUnderLease(parts, calling, callGet, afterRead);
  }
}

type Answered = Extract<Called, { kind: 'answered' }>;

/** Makes the call and acts on its answer. Releases the lease if no call was made. */
async function callUnderLease(
  parts: DeliverParts,
  leased: Leased & Calling,
  call: (parts: DeliverParts, calling: Calling) => Promise<Called>,
  after: (parts: DeliverParts, leased: Leased, answered: Answered) => Promise<Ending>,
): Promise<Ending> {
  const called = await call(parts, leased).catch(async (fault: unknown) => {
    parts.telemetry.logger.warn('not sent', { ...idsOf(leased.resource), ...faultOf(fault) });
    await release(parts, leased);
    throw fault;
  });
  if (called.kind === 'answered') return after(parts, leased, called);
  if (called.kind === 'unfit') return unfit(parts, leased, called.reason);
  await release(parts, leased);
  if (called.kind === 'no time left') return { kind: 'again', at: parts.now() + SOON_MS };
  return refusedUntil(parts, leased.target, called.retryAt);
}

/** No call is possible for it. */
function unfit(parts: DeliverParts, leased: Leased, reason: string): Promise<Ending> {
  return refused(parts, leased, { reason, body: '' });
}

function release({ resources }: DeliverParts, { resource, owner }: Leased): Promise<void> {
  return releaseDelivery(resources, resource, owner);
}

function refusedUntil({ traces }: DeliverParts, { service }: Target, at: number): Ending {
  traces.sayEvent('refused by the breaker', { service });
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
