/** The bucket of large bodies: submitted claim checks, and bodies that fit into no table item. */
import { Aws, Duration } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type IBucket,
  type LifecycleRule,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { BodyPrefix } from '../../aws/bodies-bucket.ts';
import { HOPS_PREFIX, SUBMISSIONS_PREFIX } from '../../core/message/claim-check.ts';
import { ACCESS_LOGS_BY_S3_KEY, acknowledge, NO_REPLICATION } from '../checks/acknowledgements.ts';
import type { Config } from '../config/config.ts';
import { quarantineBodyDays } from '../config/content-retention-config.ts';
import { resourceName } from '../config/stage-config.ts';
import { type Foundation, stagePolicy } from './foundation.ts';

export class Bodies extends Construct {
  readonly bucket: Bucket;
  /** S3's own log: who read and wrote which object. */
  readonly accessLogs: Bucket;

  constructor(scope: Construct, id: string, { config, key }: Foundation) {
    super(scope, id);
    const policy = stagePolicy(config);
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
      lifecycleRules: lifecycleRules(config),
    });
    acknowledge(this.accessLogs, ACCESS_LOGS_BY_S3_KEY);
    acknowledge(this, NO_REPLICATION);
  }
}

/** A version that expires becomes noncurrent first, and is deleted this many days later. */
function lifecycleRules(config: Config): LifecycleRule[] {
  const { retention } = config;
  const { resourcesDays } = retention;
  const expiring = (
    prefix: BodyPrefix | typeof SUBMISSIONS_PREFIX | typeof HOPS_PREFIX,
    days: number,
  ) => ({
    prefix,
    expiration: Duration.days(days),
  });
  return [
    {
      abortIncompleteMultipartUploadAfter: Duration.days(1),
      noncurrentVersionExpiration: Duration.days(retention.noncurrentDays),
      expiredObjectDeleteMarker: true,
    },
    expiring(SUBMISSIONS_PREFIX, retention.submissionsDays),
    expiring(HOPS_PREFIX, retention.hopsDays),
    expiring('quarantine/', quarantineBodyDays(config)),
    ...(resourcesDays === undefined ? [] : [expiring('resources/', resourcesDays)]),
  ];
}
