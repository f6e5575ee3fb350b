import { beginsRound, roundOf, type Trouble } from '../../core/attempts.ts';
import { acceptRound } from '../aws/quarantine-redrive.ts';
import { readTrouble } from '../aws/quarantine-table.ts';
import { environment } from './environment.ts';
import type { Submission } from './submission.ts';

/**
 * What is known of a message's trouble, in the round that it came by: where whoever redrove the message
 * has not raised the round, it is raised now.
 */
export async function troubleOf({ provenance }: Submission): Promise<Trouble | undefined> {
  const { origin } = provenance;
  const { quarantineTable } = environment;
  const trouble = await readTrouble(quarantineTable, origin.messageId);
  if (trouble === undefined || !beginsRound(origin, trouble)) return trouble;
  await acceptRound(quarantineTable, origin.messageId, roundOf(origin), Date.now());
  return readTrouble(quarantineTable, origin.messageId);
}
