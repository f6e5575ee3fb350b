/** Triggers of deliveries, and how many of them wait. */
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { groupIdOf } from '../core/message/message-group.ts';
import type { DeliveryTrigger } from '../core/message/messages.ts';
import type { Queue } from './handles.ts';
import { sendAll } from './lane-queues.ts';

/** Sends one trigger for each key, however often it is there; returns by position the error of each that was not accepted. */
export async function sendTriggers(
  queue: Queue,
  keys: readonly string[],
): Promise<(Error | undefined)[]> {
  const different = [...new Set(keys)];
  const messages = different.map((pk) => {
    const trigger: DeliveryTrigger = { pk };
    return { body: JSON.stringify(trigger), attributes: {}, groupId: groupIdOf(sourceOf(pk)) };
  });
  const errors = await sendAll(queue, messages);
  return keys.map((pk) => errors[different.indexOf(pk)]);
}

/** Keys are `<source>#<type>#<id>`. Only a source may contain a `#`. */
const sourceOf = (pk: string) => pk.split('#').slice(0, -2).join('#') || pk;

/** Messages that were received and are neither deleted nor visible again, as far as SQS knows. */
export async function messagesInFlight(queue: Queue): Promise<number> {
  const { Attributes = {} } = await queue.sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queue.url,
      AttributeNames: ['ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0);
}
