import type { Context } from 'aws-lambda';
import { type ShowAgain, showAgain } from '../aws/lane-queues.ts';
import { faultOf, logger } from '../telemetry.ts';
import { ifTimePermits } from './handlers-clock.ts';

/** Lets failed messages come again when we say. If that fails they come when their queue says. */
export async function comeAgain(
  queueUrl: string,
  messages: readonly ShowAgain[],
  context: Context,
): Promise<void> {
  try {
    await ifTimePermits(context, showAgain(queueUrl, messages));
  } catch (error) {
    logger.warn('visibility not changed', faultOf(error));
  }
}
