/** What follows from the response to a PUT, or from no response. */

import type { PendingResource } from '../../aws/deliveries.ts';
import { answeredDelivery, conflictedDelivery } from '../../aws/delivery-lease.ts';
import {
  endIsUnknown,
  meaningOf,
  NONE_NAMED,
  UNCHANGED,
} from '../../core/delivery/delivery-meaning.ts';
import { isLastWord, lateUntilAfter } from '../../core/delivery/late-put.ts';
import { delivered, type Ending, failed, type Leased, NEXT, refusedByServer } from './endings.ts';
import { type Called, versionsOf } from './guarded-call.ts';
import type { DeliverParts } from './parts.ts';
import type { Answer } from './server-requests.ts';

export async function afterPut(
  parts: DeliverParts,
  before: Leased,
  called: Extract<Called, { kind: 'answered' }>,
): Promise<Ending> {
  const { answer, begunAt } = called;
  const resource = afterCall(parts, before.resource, answer);
  const leased = { ...before, resource };
  const { owner, tally } = leased;
  const versions = versionsOf(parts, resource);
  const meaning = meaningOf(answer, resource.resourceType, versions);
  parts.traces.say({ answer: meaning });
  switch (meaning) {
    case 'delivered': {
      const { deliveryLateUntil: lateUntil, deliveredVersion: named } = resource;
      const version = answer.version ?? (answer.status === UNCHANGED ? named : undefined);
      if (isLastWord(lateUntil, begunAt)) return delivered(parts, leased, version);
      tally.add('Unconfirmed');
      await answeredDelivery(parts.resources, resource, owner, version);
      return { kind: 'again', at: lateUntil ?? begunAt };
    }
    case 'other version': {
      tally.add('OtherVersion');
      const { inVain = 0, isAskedFor = false } = resource.deliveryConflicts ?? {};
      // A PUT that named what was read has done what the server asked for. It may ask again.
      const wasAsked = isAskedFor && resource.deliveredVersion === undefined;
      const isAsked = wasAsked || answer.status === NONE_NAMED;
      const conflicts = { inVain, isUnread: true, isAskedFor: isAsked };
      await conflictedDelivery(parts.resources, resource, owner, conflicts);
      return NEXT;
    }
    case 'refused':
      return refusedByServer(parts, leased, called);
    case 'failed':
      return failed(parts, leased, answer, { isOwn: false });
    case 'failed at an element':
      return failed(parts, leased, answer, { isOwn: true });
  }
}

/**
 * After a PUT whose result is unknown, one without a version may still take effect for a while. And the server may hold
 * another version than before, so no earlier read says that reading is in vain (R18).
 */
function afterCall(
  { settings, now }: DeliverParts,
  resource: PendingResource,
  answer: Answer,
): PendingResource {
  if (!endIsUnknown(answer)) return resource;
  const { deliveredVersion: version, deliveryLateUntil: lateUntil } = resource;
  const until = lateUntilAfter({ version, lateUntil }, now(), settings.lateMs);
  return { ...resource, deliveryLateUntil: until, deliveryConflicts: undefined };
}
