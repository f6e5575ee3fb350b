import { faultOf, logger } from '../telemetry/telemetry.ts';
import { type ShowAgain, showAgain } from './lane-queues.ts';

/** Shows failed messages again after a time of ours. If that fails, their queue decides. */
export async function retryLater(queueUrl: string, messages: readonly ShowAgain[]): Promise<void> {
  try {
    await showAgain(queueUrl, messages);
  } catch (error) {
    logger.warn('visibility not changed', faultOf(error));
  }
}
