import {
  CreateTopicCommand,
  ListSubscriptionsByTopicCommand,
  type SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import type { SubscriptionPlan, TopicPlan } from '../template/plan.ts';

/** Creates topics, then their subscriptions. Both may already exist. */
export async function provisionTopics(
  sns: SNSClient,
  topics: TopicPlan[],
  subscriptions: SubscriptionPlan[],
): Promise<void> {
  await Promise.all(topics.map(({ name }) => sns.send(new CreateTopicCommand({ Name: name }))));
  for (const { properties } of subscriptions) {
    const attributes: Record<string, string> = {
      RawMessageDelivery: String(properties.RawMessageDelivery),
    };
    if (properties.FilterPolicy) attributes.FilterPolicy = JSON.stringify(properties.FilterPolicy);
    if (properties.FilterPolicyScope) attributes.FilterPolicyScope = properties.FilterPolicyScope;
    await subscribeQueue(sns, properties.TopicArn, properties.Endpoint, attributes);
  }
}

/** Subscribes a queue to a topic unless it is already subscribed. */
export async function subscribeQueue(
  sns: SNSClient,
  topicArn: string,
  queueArn: string,
  attributes: Record<string, string>,
): Promise<void> {
  const { Subscriptions = [] } = await sns.send(
    new ListSubscriptionsByTopicCommand({ TopicArn: topicArn }),
  );
  if (Subscriptions.some(({ Endpoint }) => Endpoint === queueArn)) return;
  await sns.send(
    new SubscribeCommand({
      TopicArn: topicArn,
      Protocol: 'sqs',
      Endpoint: queueArn,
      Attributes: attributes,
    }),
  );
}
