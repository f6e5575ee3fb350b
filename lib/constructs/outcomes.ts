/** The topic `outcomes`: how each message ended. The config names further subscribers. */
import {
  Subscription,
  SubscriptionFilter,
  SubscriptionProtocol,
  type Topic,
} from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Config } from '../config/config.ts';
import { encryptedTopic } from './encrypted-topic.ts';
import type { Foundation } from './foundation.ts';
import type { PipelineFunction } from './pipeline-function.ts';
import { admitPublishers } from './queue-policy.ts';

const PROTOCOLS = {
  sqs: SubscriptionProtocol.SQS,
  lambda: SubscriptionProtocol.LAMBDA,
  https: SubscriptionProtocol.HTTPS,
  email: SubscriptionProtocol.EMAIL,
  firehose: SubscriptionProtocol.FIREHOSE,
} as const;

export class Outcomes extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, foundation: Foundation) {
    super(scope, id);
    this.topic = encryptedTopic(this, 'Topic', foundation, 'outcomes');
    for (const [position, wanted] of foundation.config.outcomesSubscriptions.entries()) {
      new Subscription(this, `Subscription${position}`, {
        topic: this.topic,
        protocol: PROTOCOLS[wanted.protocol],
        endpoint: wanted.endpoint,
        ...(wanted.protocol === 'sqs' && { rawMessageDelivery: true }),
        ...(wanted.roleArn && { subscriptionRoleArn: wanted.roleArn }),
        ...filterOf(wanted),
      });
    }
  }

  /** The reader of an outcome cannot see who published it, so the topic admits only these. */
  onlyPublishedBy(publishers: readonly PipelineFunction[]): void {
    admitPublishers(
      this.topic,
      publishers.map(({ role }) => role.roleArn),
    );
  }
}

/** By the message attributes of core/message/outcome-event.ts. */
function filterOf({ verdict, lane, source }: Config['outcomesSubscriptions'][number]) {
  const filters = Object.entries({ verdict, lane, source }).flatMap(([name, allowlist]) =>
    allowlist === undefined
      ? []
      : [[name, SubscriptionFilter.stringFilter({ allowlist })] as const],
  );
  return filters.length === 0 ? {} : { filterPolicy: Object.fromEntries(filters) };
}
