/**
 * A queue for one reader of topics. Two mappings on one queue would split the messages. A topic
 * with a queue for each reader copies them, and a reader that is down delays no other.
 */
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  type ITopic,
  Subscription,
  SubscriptionFilter,
  SubscriptionProtocol,
} from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { encryptedQueue } from './encrypted-queue.ts';
import type { Foundation } from './foundation.ts';

interface ReaderQueueProps {
  /** Without the stage's prefix. */
  readonly name: string;
  readonly visibilitySeconds: number;
}

/** Selects messages of a topic by values of their attributes; null stands for an attribute that is absent. */
export type Wanted = Readonly<Record<string, readonly (string | null)[]>>;

export class ReaderQueue extends Construct {
  readonly queue: Queue;
  readonly #deadLetterQueue: Queue;

  constructor(
    scope: Construct,
    id: string,
    foundation: Foundation,
    { name, visibilitySeconds }: ReaderQueueProps,
  ) {
    super(scope, id);
    this.#deadLetterQueue = encryptedQueue(this, 'DeadLetter', foundation, {
      name: `${name}-dead-letter`,
      visibilitySeconds,
    });
    this.queue = encryptedQueue(this, 'Queue', foundation, {
      name,
      visibilitySeconds,
      deadLetterQueue: this.#deadLetterQueue,
    });
  }

  /** Every message of the topic unchanged, or those selected; undeliverable ones are kept too. */
  reads(id: string, topic: ITopic, wanted?: Wanted): void {
    for (const target of [this.queue, this.#deadLetterQueue]) {
      target.addToResourcePolicy(
        new PolicyStatement({
          effect: Effect.ALLOW,
          principals: [new ServicePrincipal('sns.amazonaws.com')],
          actions: ['sqs:SendMessage'],
          resources: [target.queueArn],
          conditions: { ArnEquals: { 'aws:SourceArn': topic.topicArn } },
        }),
      );
    }
    new Subscription(this, id, {
      topic,
      protocol: SubscriptionProtocol.SQS,
      endpoint: this.queue.queueArn,
      rawMessageDelivery: true,
      deadLetterQueue: this.#deadLetterQueue,
      ...(wanted && { filterPolicy: filterOf(wanted) }),
    });
  }
}

function filterOf(wanted: Wanted): Record<string, SubscriptionFilter> {
  const filters = Object.entries(wanted).map(([attribute, values]) => [
    attribute,
    new SubscriptionFilter(values.map((value) => value ?? { exists: false })),
  ]);
  return Object.fromEntries(filters);
}
