import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Runtime } from '../../../../packages/local-lambda/runtime.ts';
import { ACCOUNT } from '../../../../packages/local-lambda/template/account.ts';

/** What every SDK client needs to reach a runtime's gateway. */
export function clientConfig(runtime: Runtime) {
  const { region, credentials } = ACCOUNT;
  return { region, credentials, endpoint: runtime.endpoint };
}

/** A test's own view of the queues, through the gateway. */
export function queueClient(runtime: Runtime) {
  const sqs = new SQSClient(clientConfig(runtime));
  return {
    /** Sends in batches of ten; resolves with the message ids, in order. */
    async send(
      queue: string,
      bodies: string[],
      attributes: Record<string, MessageAttributeValue> = {},
    ): Promise<string[]> {
      const ids: string[] = [];
      for (let start = 0; start < bodies.length; start += 10) {
        const entries = bodies.slice(start, start + 10).map((body, index) => ({
          Id: String(index),
          MessageBody: body,
          MessageAttributes: attributes,
        }));
        const { Successful = [] } = await sqs.send(
          new SendMessageBatchCommand({ QueueUrl: runtime.queueUrl(queue), Entries: entries }),
        );
        ids.push(...Successful.map(({ MessageId }) => MessageId ?? ''));
      }
      return ids;
    },
    /** How many messages a queue has, in flight or not. */
    async count(queue: string): Promise<number> {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: runtime.queueUrl(queue),
          AttributeNames: [
            'ApproximateNumberOfMessages',
            'ApproximateNumberOfMessagesNotVisible',
            'ApproximateNumberOfMessagesDelayed',
          ],
        }),
      );
      return Object.values(Attributes).reduce((sum, value) => sum + Number(value), 0);
    },
    /** How many messages a queue would deliver now. */
    async visible(queue: string): Promise<number> {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: runtime.queueUrl(queue),
          AttributeNames: ['ApproximateNumberOfMessages'],
        }),
      );
      return Number(Attributes['ApproximateNumberOfMessages']);
    },
    async makeVisible(queue: string, ReceiptHandle: string): Promise<void> {
      const QueueUrl = runtime.queueUrl(queue);
      await sqs.send(
        new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }),
      );
    },
    async receive(queue: string): Promise<string[]> {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: runtime.queueUrl(queue),
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: 1,
        }),
      );
      return Messages.map(({ Body }) => Body ?? '');
    },
  };
}
