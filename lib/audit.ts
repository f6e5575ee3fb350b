/** The audit log (R40, R41): the queue that facts are told to. */
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ENV } from '../functions/aws/env-names.ts';
import { encryptedQueue } from './encrypted-queue.ts';
import type { Foundation } from './foundation.ts';
import type { PipelineFunction } from './pipeline-function.ts';
import { allow } from './policy.ts';

export class Audit extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, foundation: Foundation) {
    super(scope, id);
    const { visibilitySeconds } = foundation.config.audit;
    const deadLetterQueue = encryptedQueue(this, 'DeadLetter', foundation, {
      name: 'audit-dead-letter',
      visibilitySeconds,
      fifo: true,
    });
    this.queue = encryptedQueue(this, 'Queue', foundation, {
      name: 'audit',
      visibilitySeconds,
      deadLetterQueue,
      fifo: true,
    });
  }

  /** Lets a function that may use the key for SQS tell facts. */
  grantTell(teller: PipelineFunction): void {
    teller.allow(allow('TellAudit', ['sqs:SendMessage'], [this.queue.queueArn]));
    teller.lambda.addEnvironment(ENV.auditQueueUrl, this.queue.queueUrl);
  }
}
