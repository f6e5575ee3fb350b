import type { QuarantineRecord } from '../../aws/quarantine-entries.ts';
import { resolveStored } from '../../aws/quarantine-redrive.ts';
import { keyOfStored } from '../../aws/resources-table.ts';
import { identityOf } from './body.ts';
import type { QuarantineStage } from './stage.ts';

/**
 * Whether a copy of the message was stored after this one was quarantined. The entry is marked so when it
 * is next read, which is now (R04).
 */
export async function resolvedAsStored(
  stage: QuarantineStage,
  entry: QuarantineRecord,
): Promise<boolean> {
  if (entry.status !== 'quarantined' || entry.body === undefined) return false;
  const { resourceType, id } = identityOf(entry.body);
  if (resourceType === undefined) return false;
  const origin = { source: entry.source, messageId: entry.pk };
  const stored = await keyOfStored(stage.resourcesTable, origin, resourceType, id);
  if (stored === undefined) return false;
  return resolveStored(stage.quarantineTable, entry);
}
