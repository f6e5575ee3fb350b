/** Sends and receives single messages of any text, for trying out a stage. */
import { type Message, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Queue } from './handles.ts';

/** `fifo`, for a FIFO queue: the group and the deduplication id. */
export async function sendText(
  { sqs, url }: Queue,
  text: string,
  attributes: Readonly<Record<string, string>>,
  fifo?: { readonly groupId: string; readonly deduplicationId: string },
): Promise<void> {
  const MessageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, StringValue]) => [
      name,
      { DataType: 'String', StringValue },
    ]),
  );
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: url,
      MessageBody: text,
      MessageAttributes,
      MessageGroupId: fifo?.groupId,
      MessageDeduplicationId: fifo?.deduplicationId,
    }),
  );
}

/** Receives a message and leaves it visible: it counts as received once more. Waits for one for a second. */
export async function receiveVisibly({ sqs, url }: Queue): Promise<Message | undefined> {
  const { Messages: [message] = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: url,
      VisibilityTimeout: 0,
      WaitTimeSeconds: 1,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    }),
  );
  return message;
}
