/**
 * Who used which queue, topic, table, object and function: CloudTrail's data events, only if the config
 * asks for them. CloudTrail records management events by default, data events only if a trail asks.
 */
import { ArnFormat, Aws, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge, NO_REPLICATION, TRAIL_TO_BUCKET_ALONE } from '../checks/acknowledgements.ts';
import { resourceName } from '../config/stage-config.ts';
import { type Foundation, stagePolicy } from './foundation.ts';

/** For whoever finds out late that an event should have been kept. */
const NONCURRENT_DAYS = 7;

interface TrailProps {
  readonly accessLogs: IBucket;
  /** Buckets whose name does not begin like the stage's. */
  readonly otherBuckets: readonly IBucket[];
}

export class Trail extends Construct {
  constructor(scope: Construct, id: string, { config }: Foundation, props: TrailProps) {
    super(scope, id);
    const { stage } = config;
    const trailName = resourceName(stage, 'data-events');
    const arn = Stack.of(this).formatArn({
      service: 'cloudtrail',
      resource: 'trail',
      resourceName: trailName,
    });
    const onlyOurs = { StringEquals: { 'aws:SourceArn': arn } };
    const service = new ServicePrincipal('cloudtrail.amazonaws.com');
    const key = new Key(this, 'Key', {
      alias: `alias/fhir-failsafe-${stage}-trail`,
      description: `Data events of fhir-failsafe ${stage}`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
      pendingWindow: stagePolicy(config).keyPendingWindow,
    });
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [service],
        actions: ['kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: onlyOurs,
      }),
    );
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [service],
        actions: ['kms:DescribeKey'],
        resources: ['*'],
      }),
    );
    const bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      serverAccessLogsBucket: props.accessLogs,
      serverAccessLogsPrefix: 'trail/',
      removalPolicy: RemovalPolicy.RETAIN,
      // What expires becomes noncurrent, and nothing is deleted yet.
      lifecycleRules: [
        {
          expiration: Duration.days(config.trail.keepDays),
          noncurrentVersionExpiration: Duration.days(NONCURRENT_DAYS),
        },
      ],
    });
    const write = (action: string, resource: string) =>
      bucket.addToResourcePolicy(
        new PolicyStatement({
          principals: [service],
          actions: [action],
          resources: [resource],
          conditions: onlyOurs,
        }),
      );
    write('s3:GetBucketAcl', bucket.bucketArn);
    write('s3:PutObject', bucket.arnForObjects(`AWSLogs/${Aws.ACCOUNT_ID}/*`));
    const trail = new CfnTrail(this, 'Trail', {
      trailName,
      isLogging: true,
      s3BucketName: bucket.bucketName,
      kmsKeyId: key.keyArn,
      enableLogFileValidation: true,
      isMultiRegionTrail: false,
      includeGlobalServiceEvents: false,
      advancedEventSelectors: this.selectors(stage, props.otherBuckets),
    });
    if (bucket.policy) trail.node.addDependency(bucket.policy);
    acknowledge(this, NO_REPLICATION, TRAIL_TO_BUCKET_ALONE);
  }

  private selectors(stage: string, otherBuckets: readonly IBucket[]) {
    const name = `fhir-failsafe-${stage}-`;
    const of = (service: string, resource: string, arnFormat: ArnFormat) =>
      Stack.of(this).formatArn({ service, resource, resourceName: name, arnFormat });
    const plain = (service: string) =>
      Stack.of(this).formatArn({ service, resource: name, arnFormat: ArnFormat.NO_RESOURCE_NAME });
    const buckets = [
      `arn:${Aws.PARTITION}:s3:::${name}`,
      ...otherBuckets.map((bucket) => bucket.arnForObjects('')),
    ];
    return [
      selector('AWS::SQS::Queue', [plain('sqs')]),
      selector('AWS::SNS::Topic', [plain('sns')]),
      selector('AWS::DynamoDB::Table', [of('dynamodb', 'table', ArnFormat.SLASH_RESOURCE_NAME)]),
      selector('AWS::Lambda::Function', [of('lambda', 'function', ArnFormat.COLON_RESOURCE_NAME)]),
      selector('AWS::S3::Object', buckets),
    ];
  }
}

const selector = (type: string, startsWith: string[]): CfnTrail.AdvancedEventSelectorProperty => ({
  name: type,
  fieldSelectors: [
    { field: 'eventCategory', equalTo: ['Data'] },
    { field: 'resources.type', equalTo: [type] },
    { field: 'resources.ARN', startsWith },
  ],
});
