import { sendTriggers } from '../../aws/delivery-queue.ts';
import type { QuarantineRecord } from '../../aws/quarantine-entries.ts';
import { resolveStored } from '../../aws/quarantine-redrive.ts';
import { resourceKey } from '../../aws/resources-table.ts';
import { storedAt } from '../../aws/stored-messages.ts';
import { identityOf } from './body.ts';
import type { QuarantineStage } from './stage.ts';

/**
 * Whether a copy of the message was stored after this one was quarantined. The entry is marked so when it
 * is next read, which is now (R04). Nobody may have sent the trigger of its delivery: the invocation that
 * stored it did not know that its write stands. If that trigger is not accepted, the entry is not marked yet.
 */
export async function resolvedAsStored(
  stage: QuarantineStage,
  entry: QuarantineRecord,
): Promise<boolean> {
  if (entry.status !== 'quarantined' || entry.body === undefined) return false;
  const { resourceType, id } = identityOf(entry.body);
  if (resourceType === undefined) return false;
  const origin = { source: entry.source, messageId: entry.pk };
  const pk = resourceKey(origin, resourceType, id);
  const stored = await storedAt(stage.resourcesTable, pk, entry.pk);
  if (stored === undefined) return false;
  if (stored.delivery === 'pending') {
    const [error] = await sendTriggers(stage.deliveryQueue, [pk]);
    if (error !== undefined) return true;
  }
  return resolveStored(stage.quarantineTable, entry);
}
