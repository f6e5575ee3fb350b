/** The supervisor's own queue, as far as breakers tell it of their transitions. */
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { BreakerNews } from '../core/breaker/breaker-news.ts';
import type { Queue } from './places.ts';

/** Told twice, it is the same news. Throws where the queue does not take it. */
export async function tellSupervisor(queue: Queue, news: BreakerNews): Promise<void> {
  await queue.sqs.send(
    new SendMessageCommand({ QueueUrl: queue.url, MessageBody: JSON.stringify(news) }),
  );
}
