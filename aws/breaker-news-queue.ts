/** The supervisor's queue, for transitions of breakers. */
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { BreakerNews } from '../core/breaker/breaker-news.ts';
import type { Queue } from './handles.ts';

/**
 * Sends news to the supervisor. Sending twice does no harm. Throws if the queue does not accept it.
 */
export async function sendBreakerNews(queue: Queue, news: BreakerNews): Promise<void> {
  await queue.sqs.send(
    new SendMessageCommand({ QueueUrl: queue.url, MessageBody: JSON.stringify(news) }),
  );
}
