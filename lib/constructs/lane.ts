/** A bulkhead: a queue, its isolation queue, its dead-letter queue and a function of its own. */
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Lane as LaneName } from '../../core/message/messages.ts';
import { encryptedQueue } from './encrypted-queue.ts';
import type { Foundation } from './foundation.ts';
import { admitSenders } from './queue-policy.ts';
import { ValidateFunction, type ValidateStores } from './validate-function.ts';

export class Lane extends Construct {
  readonly name: LaneName;
  readonly queue: Queue;
  readonly isolation: Queue;
  readonly deadLetter: Queue;
  readonly validate: ValidateFunction;

  constructor(
    scope: Construct,
    id: string,
    foundation: Foundation,
    props: { name: LaneName; stores: ValidateStores },
  ) {
    super(scope, id);
    this.name = props.name;
    const { config, concurrency } = foundation;
    const lane = config.lanes[props.name];

    this.deadLetter = encryptedQueue(this, 'DeadLetter', foundation, {
      name: `${props.name}-dead-letter`,
      visibilitySeconds: config.quarantine.visibilitySeconds,
    });
    this.queue = encryptedQueue(this, 'Queue', foundation, {
      name: props.name,
      visibilitySeconds: lane.visibilitySeconds,
      deadLetterQueue: this.deadLetter,
    });
    if (lane.senders !== undefined) admitSenders(this.queue, foundation.key, lane.senders);
    this.isolation = encryptedQueue(this, 'Isolation', foundation, {
      name: `${props.name}-isolation`,
      visibilitySeconds: config.isolation.visibilitySeconds,
      deadLetterQueue: this.deadLetter,
    });

    this.validate = new ValidateFunction(this, 'Validate', foundation, {
      lane: this,
      stores: props.stores,
    });
    this.validate.consume('FromQueue', this.queue, {
      batchSize: lane.batchSize,
      windowSeconds: lane.windowSeconds,
      maxConcurrency: concurrency.lanes[props.name],
    });
    this.validate.consume('FromIsolation', this.isolation, {
      batchSize: 1,
      windowSeconds: 0,
      maxConcurrency: config.isolation.maxConcurrency,
    });
  }
}
