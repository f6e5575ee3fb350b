import { sendTriggers } from '../../aws/delivery-queue.ts';
import type { QuarantineRecord } from '../../aws/quarantine-entries.ts';
import { resolveStored } from '../../aws/quarantine-redrive.ts';
import { resourceKey } from '../../aws/resources-table.ts';
import { type StoredMessage, storedAt, storedBy } from '../../aws/stored-messages.ts';
import { identityIn } from '../../core/message/resource-identity.ts';
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
  // A refused delivery has an entry of its own, and its message is stored anyway.
  if (entry.status !== 'quarantined' || entry.delivery !== undefined) return false;
  const stored = await storedCopy(stage, entry);
  if (stored === undefined) return false;
  if (stored.delivery === 'pending') {
    const [error] = await sendTriggers(stage.deliveryQueue, [stored.pk]);
    if (error !== undefined) return true;
  }
  return resolveStored(stage.quarantineTable, entry);
}

/**
 * By its type and id, which is read consistently, if the body is in the entry: what does not say them plainly was not
 * stored. Otherwise by its message: that index follows within a second.
 */
async function storedCopy(
  { resourcesTable }: QuarantineStage,
  { pk: messageId, source, body }: QuarantineRecord,
): Promise<StoredMessage | undefined> {
  if (body === undefined) return storedBy(resourcesTable, messageId);
  const { resourceType, id } = identityIn(body);
  if (resourceType === undefined) return undefined;
  const pk = resourceKey({ source, messageId }, resourceType, id);
  return storedAt(resourcesTable, pk, messageId);
}
