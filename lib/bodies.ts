/** The bucket of large bodies: claim checks on their way in, and what no table item can hold. */
import { Aws, Duration } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ACCESS_LOGS_BY_S3_KEY, acknowledge, NO_REPLICATION } from './acknowledgements.ts';
import { type Foundation, resourceName, STAGE_POLICIES } from './foundation.ts';

export class Bodies extends Construct {
  readonly bucket: Bucket;
  /** Of S3 itself: who read and wrote which object. */
  readonly accessLogs: Bucket;

  constructor(scope: Construct, id: string, { config, key }: Foundation) {
    super(scope, id);
    const policy = STAGE_POLICIES[config.stage];
    const closed: BucketProps = {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      removalPolicy: policy.removal,
    };
    const name = (what: string) => `${resourceName(config.stage, what)}-${Aws.ACCOUNT_ID}`;

    this.accessLogs = new Bucket(this, 'AccessLogs', {
      ...closed,
      bucketName: name('access-logs'),
      encryption: BucketEncryption.S3_MANAGED,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [
        { expiration: Duration.days(400), noncurrentVersionExpiration: Duration.days(1) },
      ],
    });
    this.bucket = new Bucket(this, 'Bucket', {
      ...closed,
      bucketName: name('bodies'),
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      // The CDK's own types do not hold under exactOptionalPropertyTypes: a Bucket is an IBucket.
      serverAccessLogsBucket: this.accessLogs as IBucket,
      serverAccessLogsPrefix: 'bodies/',
      lifecycleRules: [
        {
          abortIncompleteMultipartUploadAfter: Duration.days(1),
          noncurrentVersionExpiration: Duration.days(35),
        },
      ],
    });
    acknowledge(this.accessLogs, ACCESS_LOGS_BY_S3_KEY);
    acknowledge(this, NO_REPLICATION);
  }
}
