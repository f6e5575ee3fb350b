/** Sees deaths from outside: the platform's records in the other functions' logs, never its own. */
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { FilterPattern, SubscriptionFilter } from 'aws-cdk-lib/aws-logs';
import { LambdaDestination } from 'aws-cdk-lib/aws-logs-destinations';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { REQUEST_INDEX } from '../../aws/quarantine-index-names.ts';
import { DEATHS_FILTER_PATTERN } from '../../core/attempt/deaths-in-log.ts';
import { ENV } from '../../telemetry/env-names.ts';
import { encryptedQueue } from './encrypted-queue.ts';
import type { Foundation } from './foundation.ts';
import { allow, allowKey } from './iam-statements.ts';
import { PipelineFunction } from './pipeline-function.ts';

/** Deliveries that failed before leave room for new ones. */
const KEPT_AT_ONCE = 2;

interface MonitorProps {
  readonly watched: readonly PipelineFunction[];
  readonly crashes: ITopic;
  readonly quarantine: Table;
}

export class Monitor extends Construct {
  readonly function: PipelineFunction;

  constructor(scope: Construct, id: string, foundation: Foundation, props: MonitorProps) {
    super(scope, id);
    const { config, concurrency, key } = foundation;
    const failures = encryptedQueue(this, 'DeadLetter', foundation, {
      name: 'monitor-dead-letter',
      visibilitySeconds: 6 * config.monitor.timeoutSeconds,
    });
    const { tableArn, tableName } = props.quarantine;
    const monitor = new PipelineFunction(this, 'Monitor', foundation, {
      name: 'monitor',
      code: 'monitor',
      description: "Tells deaths that it sees in the other functions' logs as crash events",
      memoryMb: 256,
      timeoutSeconds: config.monitor.timeoutSeconds,
      reservedConcurrency: concurrency.reserved.monitor,
      failures,
      environment: {
        [ENV.quarantineTable]: tableName,
        [ENV.crashesTopicArn]: props.crashes.topicArn,
      },
      statements: [
        allow('TellCrashes', ['sns:Publish'], [props.crashes.topicArn]),
        allow('FindAttempts', ['dynamodb:Query'], [`${tableArn}/index/${REQUEST_INDEX}`]),
        allow('SayWhatKilled', ['dynamodb:GetItem', 'dynamodb:UpdateItem'], [tableArn]),
        allow('KeepWhatFailed', ['sqs:SendMessage'], [failures.queueArn]),
        allow(
          'TakeWhatFailed',
          ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
          [failures.queueArn],
        ),
        ...allowKey(key, ['dynamodb', 'sns', 'sqs']),
      ],
    });
    this.function = monitor;
    monitor.consume('FromDeadLetter', failures, {
      batchSize: 1,
      windowSeconds: 0,
      maxConcurrency: KEPT_AT_ONCE,
    });
    for (const { logGroup } of props.watched) {
      new SubscriptionFilter(logGroup, 'Deaths', {
        logGroup,
        destination: new LambdaDestination(monitor.lambda),
        filterPattern: FilterPattern.literal(DEATHS_FILTER_PATTERN),
        filterName: 'deaths',
      });
    }
  }
}
