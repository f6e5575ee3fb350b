/** The topic `crashes`, and a queue for each reader. */
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { encryptedTopic } from './encrypted-topic.ts';
import type { Foundation } from './foundation.ts';
import type { PipelineFunction } from './pipeline-function.ts';
import { admitPublishers } from './queue-policy.ts';
import { ReaderQueue } from './reader-queue.ts';

export class Crashes extends Construct {
  readonly topic: Topic;
  readonly #foundation: Foundation;

  constructor(scope: Construct, id: string, foundation: Foundation) {
    super(scope, id);
    this.#foundation = foundation;
    this.topic = encryptedTopic(this, 'Topic', foundation, 'crashes');
  }

  /** Who reads a crash event cannot see who published it, so the topic admits these alone (R40). */
  onlyPublishedBy(publishers: readonly PipelineFunction[]): void {
    admitPublishers(
      this.topic,
      publishers.map(({ role }) => role.roleArn),
    );
  }

  /** A queue that gets every crash event as published; what cannot be delivered is kept too. */
  readerQueue(name: string, visibilitySeconds: number): Queue {
    const reader = new ReaderQueue(this, name, this.#foundation, { name, visibilitySeconds });
    reader.reads('Subscription', this.topic);
    return reader.queue;
  }
}
