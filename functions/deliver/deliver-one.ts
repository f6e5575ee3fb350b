/** The story of one trigger: take the lease, make the call that is due now, record what came of it. */
import { randomUUID } from 'node:crypto';
import { releaseDelivery, takeDelivery } from '../../aws/delivery-lease.ts';
import { targetOfKey } from '../../aws/delivery-targets.ts';
import { breakers } from '../../breaker/guard.ts';
import { canEndUrl } from '../../core/delivery/delivery.ts';
import type { Target } from '../../core/delivery/delivery-targets.ts';
import { nextCall } from '../../core/delivery/late-put.ts';
import { idsOf } from '../../core/message/correlation.ts';
import { faultOf, logger, type Tally } from '../../telemetry/telemetry.ts';
import { processing, sayEvent } from '../../telemetry/traces.ts';
import { afterPut } from './after-put.ts';
import { afterRead } from './after-read.ts';
import { type Called, type Calling, callGet, callPut, idThere } from './call-server.ts';
import { DONE, type Ending, type Leased, refused } from './endings.ts';
import { environment, settings } from './environment.ts';

/** Longer than a call: a lease that is over belongs to one that ended, or died. */
const LEASE_MARGIN_MS = 10_000;
const SOON_MS = 2_000;

/** Throws on a fault of our own. */
export async function deliverOne(pk: string, tally: Tally): Promise<Ending> {
  const target = targetOfKey(pk);
  const closed = target && (await breakers.peek(target.service, settings.callTimeoutMs));
  if (target && closed) return refusedUntil(target, closed.retryAt);
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
  return processing(resource, undefined, () =>
    deliverLeased({ resource, target, owner, until, tally }),
  );
}

async function deliverLeased(leased: Leased): Promise<Ending> {
  const { resource, target } = leased;
  if (target === undefined) return unfit(leased, 'has no place for its source');
  if (!canEndUrl(idThere(resource, target))) return unfit(leased, 'has no address for such an id');
  const calling = { ...leased, target };
  const next = nextCall(seenOf(leased), Date.now());
  switch (next.kind) {
    case 'wait':
      await release(leased);
      return { kind: 'again', at: next.until };
    case 'put':
      return record(calling, callPut, afterPut);
    case 'read':
      return record(calling, callGet, afterRead);
  }
}

type Answered = Extract<Called, { kind: 'answered' }>;

/** Makes the call, and gives the lease back where it was not made. */
async function record(
  leased: Leased & Calling,
  call: (calling: Calling) => Promise<Called>,
  after: (leased: Leased, answered: Answered) => Promise<Ending>,
): Promise<Ending> {
  const called = await call(leased).catch(async (fault: unknown) => {
    logger.warn('not sent', { ...idsOf(leased.resource), ...faultOf(fault) });
    await release(leased);
    throw fault;
  });
  if (called.kind === 'answered') return after(leased, called);
  if (called.kind === 'unfit') return unfit(leased, called.reason);
  await release(leased);
  return refusedUntil(leased.target, called.retryAt);
}

/** No call can be made of it, whoever asks again. */
function unfit(leased: Leased, reason: string): Promise<Ending> {
  return refused(leased, { reason, body: '' });
}

function release({ resource, owner }: Leased): Promise<void> {
  return releaseDelivery(environment.resourcesTable, resource, owner);
}

function refusedUntil({ service }: Target, at: number): Ending {
  sayEvent('refused by the breaker', { service });
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
