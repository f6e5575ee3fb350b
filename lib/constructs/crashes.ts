/** The topic `crashes`, and a queue for each reader. */
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { encryptedTopic } from './encrypted-topic.ts';
import type { Foundation } from './foundation.ts';
import type { PipelineFunction } from './pipeline-function.ts';
import { admitPublishers } from './queue-policy.ts';
import { ReaderQueue, type Wanted } from './reader-queue.ts';

export class Crashes extends Construct {
  readonly topic: Topic;
  readonly #foundation: Foundation;

  constructor(scope: Construct, id: string, foundation: Foundation) {
    super(scope, id);
    this.#foundation = foundation;
    this.topic = encryptedTopic(this, 'Topic', foundation, 'crashes');
  }

  /** The reader of a crash event cannot see who published it, so the topic admits only these (R40). */
  onlyPublishedBy(publishers: readonly PipelineFunction[]): void {
    admitPublishers(
      this.topic,
      publishers.map(({ role }) => role.roleArn),
    );
  }

  /** A queue that gets every crash event unchanged, or those selected; undeliverable ones are kept too. */
  readerQueue(name: string, visibilitySeconds: number, wanted?: Wanted): Queue {
    const reader = new ReaderQueue(this, name, this.#foundation, { name, visibilitySeconds });
    reader.reads('Subscription', this.topic, wanted);
    return reader.queue;
  }
}
