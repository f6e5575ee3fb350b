/** Counts crashes and opens an incident at the threshold: one page, one notice. */
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { ENV } from '../functions/aws/env-names.ts';
import type { IncidentSettings } from '../functions/incident/settings.ts';
import type { Config } from './config.ts';
import type { Crashes } from './crashes.ts';
import type { Foundation } from './foundation.ts';
import { PipelineFunction } from './pipeline-function.ts';
import { allow, allowKey } from './policy.ts';

interface IncidentProps {
  readonly crashes: Crashes;
  readonly table: Table;
  readonly oncall: ITopic;
  readonly management: ITopic;
}

export class Incident extends Construct {
  readonly function: PipelineFunction;

  constructor(scope: Construct, id: string, foundation: Foundation, props: IncidentProps) {
    super(scope, id);
    const { config, concurrency, key } = foundation;
    const queue = props.crashes.readerQueue('incident', config.incident.visibilitySeconds);
    const incident = new PipelineFunction(this, 'Incident', foundation, {
      name: 'incident',
      code: 'incident',
      description: 'Counts crashes; at the threshold opens one incident, pages and notifies',
      memoryMb: 512,
      timeoutSeconds: config.incident.timeoutSeconds,
      reservedConcurrency: concurrency.reserved.incident,
      environment: {
        [ENV.incidentsTable]: props.table.tableName,
        [ENV.oncallTopicArn]: props.oncall.topicArn,
        [ENV.managementTopicArn]: props.management.topicArn,
        [ENV.settings]: JSON.stringify(settings(config)),
      },
      statements: [
        allow(
          'TakeCrashes',
          ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
          [queue.queueArn],
        ),
        allow('CountAndRecord', ['dynamodb:PutItem', 'dynamodb:Query'], [props.table.tableArn]),
        allow('Page', ['sns:Publish'], [props.oncall.topicArn, props.management.topicArn]),
        ...allowKey(key, ['dynamodb', 'sns', 'sqs']),
      ],
    });
    this.function = incident;
    incident.consume('FromCrashes', queue, {
      batchSize: config.incident.batchSize,
      windowSeconds: config.incident.batchWindowSeconds,
      maxConcurrency: config.incident.maxConcurrency,
    });
  }
}

const settings = (config: Config): IncidentSettings => ({
  crashesToOpen: config.incident.crashes,
  windowMs: config.incident.windowSeconds * 1000,
  keepCrashesMs: config.retentionDays * 24 * 3_600_000,
});
