/** The supervisor's own queue, as far as breakers tell it of their transitions. */
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { BreakerNews } from '../core/breaker/breaker-news.ts';
import { sqs } from './clients.ts';

/** Told twice, it is the same news. Throws where the queue does not take it. */
export async function tellSupervisor(queueUrl: string, news: BreakerNews): Promise<void> {
  await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(news) }));
}
