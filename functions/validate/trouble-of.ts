import { acceptRound } from '../../aws/quarantine-redrive.ts';
import { readTrouble } from '../../aws/quarantine-table.ts';
import { unreadableEnvelope } from '../../aws/unreadable-envelope.ts';
import { beginsRound, roundOf, type Trouble } from '../../core/attempt/attempts.ts';
import { COMPONENT, type ValidateParts } from './parts.ts';
import type { Submission } from './submission.ts';

/**
 * What is known of a message's trouble, in the round that it came by: where whoever redrove the message
 * has not raised the round, it is raised now. Throws where nobody can say which message it is.
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
