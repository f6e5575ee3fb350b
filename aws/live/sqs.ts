import {
  GetQueueAttributesCommand,
  type QueueAttributeName,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import type { LiveProperties, LiveProperty } from './live-property.ts';
import { NAME, parsePolicy } from './live-property.ts';

const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** An attribute of a queue: `parse` brings the live text into the template's shape. */
function attribute(
  name: QueueAttributeName,
  parse: (text: string) => unknown = (text) => text,
): LiveProperty {
  return {
    read: async ({ sqs }, QueueUrl) => {
      const input = { QueueUrl, AttributeNames: [name] };
      const { Attributes } = await sqs.send(new GetQueueAttributesCommand(input));
      const live = Attributes?.[name];
      return live === undefined ? undefined : parse(live);
    },
    set: ({ sqs }, QueueUrl, wanted) =>
      sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { [name]: asText(wanted) } })),
  };
}

export const QUEUE: LiveProperties = {
  QueueName: NAME,
  VisibilityTimeout: attribute('VisibilityTimeout', Number),
  MessageRetentionPeriod: attribute('MessageRetentionPeriod', Number),
  RedrivePolicy: attribute('RedrivePolicy', JSON.parse),
  KmsMasterKeyId: attribute('KmsMasterKeyId'),
  KmsDataKeyReusePeriodSeconds: attribute('KmsDataKeyReusePeriodSeconds', Number),
  FifoQueue: attribute('FifoQueue', (text) => text === 'true'),
  ContentBasedDeduplication: attribute('ContentBasedDeduplication', (text) => text === 'true'),
};

/** By the URL of the queue that the policy is of. */
export const QUEUE_POLICY: LiveProperties = {
  Queues: NAME,
  PolicyDocument: attribute('Policy', parsePolicy),
};
