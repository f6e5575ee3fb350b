/** A bucket of facts without PHI, or of what is made from them: encrypted by our key, facts expire. */
import { Aws, Duration } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { FACTS } from '../../core/report/insight-keys.ts';
import { acknowledge, NO_FACTS_REPLICATION } from '../checks/acknowledgements.ts';
import { resourceName } from '../config/stage-config.ts';
import { type Foundation, stagePolicy } from './foundation.ts';

interface InsightBucketProps {
  /** Without the stage's prefix and the account's number. */
  readonly name: string;
  /** How long facts are kept. */
  readonly keepDays: number;
  readonly accessLogs: IBucket;
}

export function insightBucket(
  scope: Construct,
  id: string,
  { config, key }: Foundation,
  { name, keepDays, accessLogs }: InsightBucketProps,
): Bucket {
  const bucket = new Bucket(scope, id, {
    bucketName: `${resourceName(config.stage, name)}-${Aws.ACCOUNT_ID}`,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: true,
    encryption: BucketEncryption.KMS,
    encryptionKey: key,
    bucketKeyEnabled: true,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    serverAccessLogsBucket: accessLogs,
    serverAccessLogsPrefix: `${name}/`,
    removalPolicy: stagePolicy(config).removal,
    lifecycleRules: [
      { prefix: FACTS, expiration: Duration.days(keepDays) },
      {
        abortIncompleteMultipartUploadAfter: Duration.days(1),
        noncurrentVersionExpiration: Duration.days(7),
        // Marks of reports are deleted, and leave delete markers.
        expiredObjectDeleteMarker: true,
      },
    ],
  });
  acknowledge(bucket, NO_FACTS_REPLICATION);
  return bucket;
}
