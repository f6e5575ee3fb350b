/** The topic `outcomes`: how each message ended. The config names further subscribers. */
import { createHash } from 'node:crypto';
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

type Wanted = Config['outcomesSubscriptions'][number];

export class Outcomes extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, foundation: Foundation) {
    super(scope, id);
    this.topic = encryptedTopic(this, 'Topic', foundation, 'outcomes');
    for (const wanted of foundation.config.outcomesSubscriptions) {
      new Subscription(this, idOf(wanted), {
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

/**
 * SNS knows a subscription by its topic, protocol and endpoint, and answers a second request for it with the first. So
 * an id must not move from one endpoint to another, as that of its place in the list would when another is removed:
 * CloudFormation would subscribe the endpoint again, which changes nothing, and then delete it as the one that it was.
 */
const idOf = ({ protocol, endpoint }: Wanted) =>
  `Subscription${createHash('sha256').update(`${protocol} ${endpoint}`).digest('hex').slice(0, 8)}`;

/** By the message attributes of core/message/outcome-event.ts. */
function filterOf({ verdict, lane, source }: Wanted) {
  const filters = Object.entries({ verdict, lane, source }).flatMap(([name, allowlist]) =>
    allowlist === undefined
      ? []
      : [[name, SubscriptionFilter.stringFilter({ allowlist })] as const],
  );
  return filters.length === 0 ? {} : { filterPolicy: Object.fromEntries(filters) };
}
