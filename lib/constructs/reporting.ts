/** Daily reports: facts from what the pipeline publishes, and what is made from them when a day is over. */
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { DUE, FACTS, REPORTS } from '../../core/report/insight-keys.ts';
import { REPORTED_NOTICES } from '../../functions/reporting/incident-notice.ts';
import { ENV } from '../../telemetry/env-names.ts';
import { acknowledge, objectsUnder } from '../checks/acknowledgements.ts';
import type { Foundation } from './foundation.ts';
import type { HashKey } from './hash-key.ts';
import { allow, allowKey, allowList, objects } from './iam-statements.ts';
import { insightBucket } from './insight-bucket.ts';
import type { Minute } from './minute.ts';
import { PipelineFunction } from './pipeline-function.ts';
import { ReaderQueue } from './reader-queue.ts';

interface ReportingProps {
  readonly outcomes: ITopic;
  /** The topic that says when incidents begin and end. */
  readonly management: ITopic;
  readonly hashKey: HashKey;
  readonly accessLogs: IBucket;
  readonly minute: Minute;
}

export class Reporting extends Construct {
  readonly function: PipelineFunction;
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, foundation: Foundation, props: ReportingProps) {
    super(scope, id);
    const { reporting } = foundation.config;
    const { visibilitySeconds, keepDays } = reporting;
    const reader = new ReaderQueue(this, 'Told', foundation, {
      name: 'reporting',
      visibilitySeconds,
    });
    reader.reads('Outcomes', props.outcomes);
    reader.reads('Incidents', props.management, { notice: REPORTED_NOTICES });
    props.minute.wakes(reader.queue);
    this.bucket = insightBucket(this, 'Bucket', foundation, {
      name: 'reports',
      keepDays,
      accessLogs: props.accessLogs,
    });
    this.function = this.reporter(foundation, reader);
    props.hashKey.grantHash(this.function);
    this.function.consume('FromTold', reader.queue, reporting);
  }

  private reporter(foundation: Foundation, { queue }: ReaderQueue): PipelineFunction {
    const { config, concurrency, key } = foundation;
    const { bucket } = this;
    const reporter = new PipelineFunction(this, 'Reporting', foundation, {
      name: 'reporting',
      code: 'reporting',
      description: 'Keeps facts of what ended, and makes a report of each day',
      memoryMb: 1024,
      timeoutSeconds: config.reporting.timeoutSeconds,
      reservedConcurrency: concurrency.reserved.reporting,
      environment: { [ENV.reportsBucket]: bucket.bucketName },
      statements: [
        allow(
          'TakeOutcomes',
          ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
          [queue.queueArn],
        ),
        allow('WriteReports', ['s3:PutObject'], objects(bucket, [DUE, FACTS, REPORTS])),
        allow('ReadFacts', ['s3:GetObject'], objects(bucket, [FACTS])),
        allowList('FindFactsAndMarks', bucket, [DUE, FACTS]),
        allow('ClearMarks', ['s3:DeleteObject'], objects(bucket, [DUE])),
        ...allowKey(key, ['s3', 'sqs']),
      ],
    });
    acknowledge(reporter, ...[DUE, FACTS, REPORTS].map((prefix) => objectsUnder(bucket, prefix)));
    return reporter;
  }
}
