/** Two queues of the suite that receive what the topics `oncall` and `management` publish. */
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { queueUrl, sqs } from './services.ts';
import { resourceName } from './settings.ts';

const TOPICS = ['oncall', 'management'] as const;
export type TopicName = (typeof TOPICS)[number];
const subscriber = (topic: TopicName) => `suite-${topic}`;

/** Creates the queues and subscribes them. On AWS, within a minute of a deletion, this waits. */
export async function createSubscribers(): Promise<void> {
  await Promise.all(TOPICS.map(createSubscriber));
}

async function createSubscriber(topic: TopicName): Promise<void> {
  const QueueName = resourceName(subscriber(topic));
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName }));
  const AttributeNames = ['QueueArn' as const];
  const answer = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
  const queueArn = answer.Attributes?.['QueueArn'] ?? '';
  const topicArn = queueArn.replace(':sqs:', ':sns:').replace(QueueName, resourceName(topic));
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Service: 'sns.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: queueArn,
      Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
    },
  });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  await new SNSClient({}).send(
    new SubscribeCommand({ TopicArn: topicArn, Protocol: 'sqs', Endpoint: queueArn }),
  );
}

/** The subscriptions are deleted with the topics. */
export async function deleteSubscribers(): Promise<void> {
  for (const topic of TOPICS) {
    try {
      const QueueUrl = await queueUrl(subscriber(topic));
      await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    } catch (error) {
      if (!(error instanceof QueueDoesNotExist)) throw error;
    }
  }
}

const notification = z.object({
  Subject: z.string(),
  Message: z.string().transform((text): unknown => JSON.parse(text)),
  MessageAttributes: z.record(z.string(), z.object({ Value: z.string() })),
});
export type Notification = z.infer<typeof notification>;

/** What a subscriber received since the last call. */
export async function received(topic: TopicName): Promise<Notification[]> {
  const QueueUrl = await queueUrl(subscriber(topic));
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 3600 }),
  );
  return Messages.map(({ Body = '' }) => notification.parse(JSON.parse(Body)));
}
