/** Triggers of deliveries, and how many of them wait. */
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { groupIdOf } from '../core/message/message-group.ts';
import type { DeliveryTrigger } from '../core/message/messages.ts';
import { sqs } from './clients.ts';
import { sendAll } from './lane-queues.ts';

/** Sends a trigger for each key; answers by position with the error of each that was not taken. */
export function sendTriggers(
  queueUrl: string,
  keys: readonly string[],
): Promise<(Error | undefined)[]> {
  const messages = keys.map((pk) => {
    const trigger: DeliveryTrigger = { pk };
    return { body: JSON.stringify(trigger), attributes: {}, groupId: groupIdOf(sourceOf(pk)) };
  });
  return sendAll(queueUrl, messages);
}

/** Keys are `<source>#<type>#<id>`, and only a source may hold a `#`. */
const sourceOf = (pk: string) => pk.split('#').slice(0, -2).join('#') || pk;

/** Messages that were received and are neither deleted nor visible again, as far as SQS knows. */
export async function messagesInFlight(queueUrl: string): Promise<number> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: ['ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0);
}
