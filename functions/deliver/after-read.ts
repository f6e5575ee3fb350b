/** What follows from a read of the version that the server holds. */

import type { Conflicts, PendingResource } from '../../aws/deliveries.ts';
import { readDelivery } from '../../aws/delivery-lease.ts';
import { versionIn } from '../../core/delivery/late-put.ts';
import { delivered, type Ending, failed, type Leased, NEXT } from './endings.ts';
import type { DeliverParts } from './parts.ts';
import type { Answer } from './server-requests.ts';

export async function afterRead(
  parts: DeliverParts,
  leased: Leased,
  { answer }: { readonly answer: Answer },
): Promise<Ending> {
  const { resource, owner } = leased;
  const { deliveredVersion: named, deliveryConflicts: conflicts } = resource;
  const read = versionIn(answer);
  if (read.kind === 'failed' || isOfAnIngress(answer, resource, parts.now()))
    return failed(parts, leased, answer, { isOwn: false });
  const version = read.kind === 'version' ? read.version : undefined;
  const isSame = version !== undefined && version === named;
  if (conflicts?.isUnread !== true && isSame) return delivered(parts, leased, version);
  await readDelivery(parts.resources, resource, owner, {
    // This version was named, and refused: naming it does not work on this server.
    version: isSame ? undefined : version,
    conflicts: conflicts && conflictsAfter(conflicts, { version, named }),
  });
  return NEXT;
}

/** A FHIR server may answer a read without an OperationOutcome, and is believed if it always does. */
const BELIEVED_MS = 3_600_000;

/**
 * The server may have refused a PUT only because it names no version (R18). Who says then, in no OperationOutcome, that
 * nothing is there, may be an ingress whose server is not there.
 */
function isOfAnIngress({ status, outcome }: Answer, resource: PendingResource, now: number) {
  const { deliveredVersion: named, deliveryConflicts: conflicts, deliveryFailures } = resource;
  if (status !== 404 && status !== 410) return false;
  if (outcome !== undefined || named !== undefined || conflicts?.isUnread !== true) return false;
  return now - (deliveryFailures?.since ?? now) < BELIEVED_MS;
}

/** A read helps if it shows another version than the one that was named. */
function conflictsAfter(
  { inVain, isAskedFor }: Conflicts,
  { version, named }: { version: string | undefined; named: string | undefined },
): Conflicts | undefined {
  const helps = named !== undefined && version !== undefined && version !== named;
  return helps ? undefined : { inVain: inVain + 1, isUnread: false, isAskedFor };
}
