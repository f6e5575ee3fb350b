/**
 * The topic `crashes`, and a queue for each reader: two mappings on one queue would split the
 * events, a topic with a queue for each copies them.
 */

import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Subscription, SubscriptionProtocol, type Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { encryptedQueue } from './encrypted-queue.ts';
import { encryptedTopic } from './encrypted-topic.ts';
import type { Foundation } from './foundation.ts';

export class Crashes extends Construct {
  readonly topic: Topic;
  readonly #foundation: Foundation;

  constructor(scope: Construct, id: string, foundation: Foundation) {
    super(scope, id);
    this.#foundation = foundation;
    this.topic = encryptedTopic(this, 'Topic', foundation, 'crashes');
  }

  /** A queue that gets every crash event as published; what cannot be delivered is kept too. */
  readerQueue(name: string, visibilitySeconds: number): Queue {
    const scope = new Construct(this, name);
    const deadLetterQueue = encryptedQueue(scope, 'DeadLetter', this.#foundation, {
      name: `${name}-dead-letter`,
      visibilitySeconds,
    });
    const queue = encryptedQueue(scope, 'Queue', this.#foundation, {
      name,
      visibilitySeconds,
      deadLetterQueue,
    });
    for (const target of [queue, deadLetterQueue]) {
      target.addToResourcePolicy(
        new PolicyStatement({
          effect: Effect.ALLOW,
          principals: [new ServicePrincipal('sns.amazonaws.com')],
          actions: ['sqs:SendMessage'],
          resources: [target.queueArn],
          conditions: { ArnEquals: { 'aws:SourceArn': this.topic.topicArn } },
        }),
      );
    }
    new Subscription(scope, 'Subscription', {
      topic: this.topic,
      protocol: SubscriptionProtocol.SQS,
      endpoint: queue.queueArn,
      rawMessageDelivery: true,
      deadLetterQueue,
    });
    return queue;
  }
}
