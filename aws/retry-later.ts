import { faultOf, type Log } from '../telemetry/log.ts';
import type { Queue } from './handles.ts';
import { type ShowAgain, showAgain } from './lane-queues.ts';

/** Makes failed messages visible again after our own back-off. If that fails, their queue decides. */
export async function retryLater(
  queue: Queue,
  messages: readonly ShowAgain[],
  logger: Log,
): Promise<void> {
  try {
    await showAgain(queue, messages);
  } catch (error) {
    logger.warn('visibility not changed', faultOf(error));
  }
}
