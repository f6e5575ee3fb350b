/** Counts crashes, opens an incident at the threshold, and follows it until it is over. */
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { PHASE_INDEX } from '../../aws/incidents-index-names.ts';
import type { IncidentSettings } from '../../functions/incident/settings.ts';
import { ENV } from '../../telemetry/env-names.ts';
import type { Config } from '../config/config.ts';
import { DEAD_LETTER_DAYS } from '../config/content-retention-config.ts';
import type { Crashes } from './crashes.ts';
import type { Foundation } from './foundation.ts';
import { allow, allowKey } from './iam-statements.ts';
import { PipelineFunction } from './pipeline-function.ts';
import { Publishers } from './publishers.ts';

interface IncidentProps {
  readonly crashes: Crashes;
  readonly table: Table;
  readonly oncall: ITopic;
  readonly management: ITopic;
}

export class Incident extends Construct {
  readonly function: PipelineFunction;
  /** Receives crash events, escalations and the minute's wakes. */
  readonly queue: IQueue;
  readonly #publishers: Publishers;

  constructor(scope: Construct, id: string, foundation: Foundation, props: IncidentProps) {
    super(scope, id);
    const { config, concurrency, key } = foundation;
    const queue = props.crashes.readerQueue('incident', config.incident.visibilitySeconds);
    this.queue = queue;
    this.#publishers = new Publishers(config, []);
    this.#publishers.guard(queue);
    const incident = new PipelineFunction(this, 'Incident', foundation, {
      name: 'incident',
      code: 'incident',
      description: 'Counts crashes, opens incidents, pages and notifies until they are over',
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
        allow(
          'CountAndRecord',
          ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
          [props.table.tableArn],
        ),
        allow(
          'FindUnfinished',
          ['dynamodb:Query'],
          [`${props.table.tableArn}/index/${PHASE_INDEX}`],
        ),
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

  /** Crash events come by the topic; these functions send themselves, and nobody else may (R40). */
  admit(publishers: readonly PipelineFunction[], sourceArns: readonly string[]): void {
    for (const publisher of publishers) this.#publishers.add(publisher, []);
    for (const sourceArn of sourceArns) this.#publishers.addService(sourceArn);
  }
}

const HOLD_MARGIN_MS = 10_000;

const settings = ({ incident, retentionDays }: Config): IncidentSettings => ({
  crashesToOpen: incident.crashes,
  windowMs: incident.windowSeconds * 1000,
  pageAgainMs: incident.pageAgainSeconds * 1000,
  escalateMs: incident.escalateSeconds * 1000,
  quietMs: incident.quietSeconds * 1000,
  holdMs: incident.timeoutSeconds * 1000 + HOLD_MARGIN_MS,
  remediation: incident.remediation,
  calendar: { timeZone: incident.timeZone, holidays: incident.holidays },
  runbook: incident.runbook,
  // A crash that comes again counts once, and its message may wait in both queues. Longer than any window.
  keepCrashesMs: (retentionDays + DEAD_LETTER_DAYS) * 24 * 3_600_000,
});
