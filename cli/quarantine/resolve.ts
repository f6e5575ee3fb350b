import { sendTriggers } from '../../aws/delivery-queue.ts';
import type { QuarantineRecord } from '../../aws/quarantine-entries.ts';
import { resolveStored } from '../../aws/quarantine-redrive.ts';
import { keyOfStored } from '../../aws/resources-table.ts';
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
  const pk = await keyOfStored(stage.resourcesTable, origin, resourceType, id);
  if (pk === undefined) return false;
  if (await isUntold(stage, pk, entry.pk)) return true;
  return resolveStored(stage.quarantineTable, entry);
}

/** Whether its delivery is pending, and its trigger was not accepted. */
async function isUntold(
  { resourcesTable, deliveryQueue }: QuarantineStage,
  pk: string,
  messageId: string,
): Promise<boolean> {
  const stored = await storedAt(resourcesTable, pk, messageId);
  if (stored?.delivery !== 'pending') return false;
  const [error] = await sendTriggers(deliveryQueue, [pk]);
  return error !== undefined;
}
