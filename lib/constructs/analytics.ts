/** Facts for analysts: the function that fills their bucket, and Athena's table for it. */
import { Aws } from 'aws-cdk-lib';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { FACTS } from '../../core/report/insight-keys.ts';
import { COLUMNS } from '../../functions/analytics/columns.ts';
import { ENV } from '../../telemetry/env-names.ts';
import { acknowledge, objectsUnder } from '../checks/acknowledgements.ts';
import { resourceName } from '../config/stage-config.ts';
import type { Foundation } from './foundation.ts';
import type { HashKey } from './hash-key.ts';
import { allow, allowKey, objects } from './iam-statements.ts';
import { insightBucket } from './insight-bucket.ts';
import { PipelineFunction } from './pipeline-function.ts';
import { ReaderQueue } from './reader-queue.ts';

interface AnalyticsProps {
  readonly outcomes: ITopic;
  readonly hashKey: HashKey;
  readonly accessLogs: IBucket;
}

export class Analytics extends Construct {
  readonly function: PipelineFunction;
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, foundation: Foundation, props: AnalyticsProps) {
    super(scope, id);
    const { config, concurrency, key } = foundation;
    const { analytics } = config;
    const { visibilitySeconds } = analytics;
    const reader = new ReaderQueue(this, 'Outcomes', foundation, {
      name: 'analytics',
      visibilitySeconds,
    });
    reader.reads('Subscription', props.outcomes);
    this.bucket = insightBucket(this, 'Bucket', foundation, {
      name: 'analytics',
      keepDays: analytics.keepDays,
      accessLogs: props.accessLogs,
    });
    this.function = new PipelineFunction(this, 'Analytics', foundation, {
      name: 'analytics',
      code: 'analytics',
      description: 'Keeps every outcome as a row for analysts, in Parquet files by day',
      memoryMb: 512,
      timeoutSeconds: analytics.timeoutSeconds,
      reservedConcurrency: concurrency.reserved.analytics,
      environment: { [ENV.analyticsBucket]: this.bucket.bucketName },
      statements: [
        allow(
          'TakeOutcomes',
          ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
          [reader.queue.queueArn],
        ),
        allow('KeepFacts', ['s3:PutObject'], objects(this.bucket, [FACTS])),
        ...allowKey(key, ['s3', 'sqs']),
      ],
    });
    acknowledge(this.function, objectsUnder(this.bucket, FACTS));
    props.hashKey.grantHash(this.function);
    this.function.consume('FromOutcomes', reader.queue, analytics);
    athenaTable(this, foundation, this.bucket);
  }
}

/** Days are computed, not registered: from a query's days Athena computes the paths. */
function athenaTable(scope: Construct, { config }: Foundation, bucket: Bucket): void {
  const database = resourceName(config.stage, '').replaceAll('-', '_').replace(/_$/, '');
  const made = new CfnDatabase(scope, 'Database', {
    catalogId: Aws.ACCOUNT_ID,
    databaseInput: { name: database, description: `What fhir-failsafe ${config.stage} tells` },
  });
  const location = `s3://${bucket.bucketName}/${FACTS}`;
  const table = new CfnTable(scope, 'Table', {
    catalogId: Aws.ACCOUNT_ID,
    databaseName: database,
    tableInput: {
      name: 'outcomes',
      description: 'A row for each end of a message; the same message and verdict may stand twice',
      tableType: 'EXTERNAL_TABLE',
      partitionKeys: [{ name: 'day', type: 'string', comment: 'Of the end, UTC: 2026-11-24' }],
      parameters: {
        classification: 'parquet',
        'projection.enabled': 'true',
        'projection.day.type': 'date',
        'projection.day.format': 'yyyy-MM-dd',
        'projection.day.range': '2026-01-01,NOW+1DAY',
        'storage.location.template': `${location}day=\${day}/`,
      },
      storageDescriptor: {
        location,
        columns: COLUMNS.map(({ name, athena, means }) => ({ name, type: athena, comment: means })),
        inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
        outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
        serdeInfo: {
          serializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
        },
      },
    },
  });
  table.addResourceDependency(made);
}
