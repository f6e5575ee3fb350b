import type { Context } from 'aws-lambda';
import { type ShowAgain, showAgain } from '../aws/lane-queues.ts';
import { faultOf, logger } from '../telemetry.ts';
import { ifTimePermits } from './handlers-clock.ts';

/** Shows failed messages again after a time of ours. If that fails, their queue decides. */
export async function retryLater(
  queueUrl: string,
  messages: readonly ShowAgain[],
  context: Context,
): Promise<void> {
  try {
    await ifTimePermits(context, () => showAgain(queueUrl, messages));
  } catch (error) {
    logger.warn('visibility not changed', faultOf(error));
  }
}
