import {
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  paginateListSubscriptions,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
} from '@aws-sdk/client-sns';
import type { LiveProperties, LiveProperty } from './live-property.ts';
import { NAME, parsePolicy } from './live-property.ts';

type Parse = (text: string) => unknown;
const plain: Parse = (text) => text;
const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

function topicAttribute(AttributeName: string, parse = plain): LiveProperty {
  return {
    read: async ({ sns }, TopicArn) => {
      const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
      const live = Attributes?.[AttributeName];
      return live === undefined ? undefined : parse(live);
    },
    set: ({ sns }, TopicArn, wanted) => {
      const AttributeValue = asText(wanted);
      return sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName, AttributeValue }));
    },
  };
}

function subscriptionAttribute(AttributeName: string, parse = plain): LiveProperty {
  return {
    read: async ({ sns }, SubscriptionArn) => {
      const input = { SubscriptionArn };
      const { Attributes } = await sns.send(new GetSubscriptionAttributesCommand(input));
      const live = Attributes?.[AttributeName];
      return live === undefined ? undefined : parse(live);
    },
    set: ({ sns }, SubscriptionArn, wanted) => {
      const input = { SubscriptionArn, AttributeName, AttributeValue: asText(wanted) };
      return sns.send(new SetSubscriptionAttributesCommand(input));
    },
  };
}

/**
 * What identifies a subscription; changing it would make another one. MiniStack shows it in the list only.
 */
const listed = (name: 'TopicArn' | 'Protocol' | 'Endpoint'): LiveProperty => ({
  read: async ({ sns }, arn) => {
    for await (const page of paginateListSubscriptions({ client: sns }, {})) {
      const found = page.Subscriptions?.find(({ SubscriptionArn }) => SubscriptionArn === arn);
      if (found) return found[name];
    }
    return undefined;
  },
});

export const TOPIC: LiveProperties = {
  TopicName: NAME,
  DisplayName: topicAttribute('DisplayName'),
  KmsMasterKeyId: topicAttribute('KmsMasterKeyId'),
};

/** By the ARN of the topic that the policy is of. */
export const TOPIC_POLICY: LiveProperties = {
  Topics: NAME,
  PolicyDocument: topicAttribute('Policy', parsePolicy),
};

export const SUBSCRIPTION: LiveProperties = {
  TopicArn: listed('TopicArn'),
  Protocol: listed('Protocol'),
  Endpoint: listed('Endpoint'),
  RawMessageDelivery: subscriptionAttribute('RawMessageDelivery'),
  RedrivePolicy: subscriptionAttribute('RedrivePolicy', JSON.parse),
  FilterPolicy: subscriptionAttribute('FilterPolicy', JSON.parse),
  FilterPolicyScope: subscriptionAttribute('FilterPolicyScope'),
};
