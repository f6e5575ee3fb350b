import { acceptRound } from '../../aws/quarantine-redrive.ts';
import { readTrouble } from '../../aws/quarantine-table.ts';
import { unreadableEnvelope } from '../../aws/unreadable-envelope.ts';
import { beginsRound, roundOf, type Trouble } from '../../core/attempt/attempts.ts';
import { COMPONENT, type ValidateParts } from './parts.ts';
import type { Submission } from './submission.ts';

/**
 * The entry of a message in Quarantine, for the round of this delivery. If the redrive has not raised
 * the round yet, it is raised now. Throws if the message cannot be identified.
 */
export async function troubleOf(
  { telemetry, quarantineTable, now }: ValidateParts,
  { provenance }: Submission,
): Promise<Trouble | undefined> {
  const { origin, problem = '', unreadable } = provenance;
  if (unreadable) throw unreadableEnvelope(telemetry, COMPONENT, problem);
  const trouble = await readTrouble(quarantineTable, origin.messageId);
  if (trouble === undefined || !beginsRound(origin, trouble)) return trouble;
  await acceptRound(quarantineTable, origin.messageId, roundOf(origin), now());
  return readTrouble(quarantineTable, origin.messageId);
}
