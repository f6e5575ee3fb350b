/**
 * The findings of cdk-nag that we accept, each with the reason.
 *
 * An acknowledgement is made on the smallest construct for which it is true, and names one finding.
 */
import { type CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';

interface Acknowledgement {
  readonly id: string;
  readonly reason: string;
}

export function acknowledge(scope: IConstruct, ...findings: readonly Acknowledgement[]): void {
  Validations.of(scope).acknowledge(...findings);
}

export const NO_BACKUP_PLAN = {
  id: 'HIPAA.Security-DynamoDBInBackupPlan',
  reason:
    'Point-in-time recovery restores the table to any second of the last 35 days; copies beyond that lie in a vault whose account, region and retention the operator of PHI has to choose.',
};

export const NO_REPLICATION = {
  id: 'HIPAA.Security-S3BucketReplicationEnabled',
  reason:
    'Where a second copy of PHI may lie is decided by the operator, not by a default. S3 keeps the objects in three zones, and versions undo deletion and overwriting.',
};

export const TRAIL_TO_BUCKET_ALONE = {
  id: 'HIPAA.Security-CloudTrailCloudWatchLogsEnabled',
  reason:
    'Data events are as many as requests. They are kept in a bucket for whoever looks into a leak; in CloudWatch they would cost five times as much, and no alarm reads them.',
};

export const NO_FACTS_REPLICATION = {
  id: NO_REPLICATION.id,
  reason:
    'Facts of what ended, without PHI: nothing of the pipeline depends on them. S3 keeps the objects in three zones, and versions undo deletion and overwriting.',
};

export const ACCESS_LOGS_BY_S3_KEY = {
  id: 'HIPAA.Security-S3DefaultEncryptionKMS',
  reason:
    'S3 delivers server access logs only to a bucket with S3-managed encryption; they hold object keys and callers, no resource.',
};

export const NOT_ROTATED = [
  'AwsSolutions-SMG4',
  'HIPAA.Security-SecretsManagerRotationEnabled',
].map((id) => ({
  id,
  reason:
    'The secret keys hashes by which an id is recognised in six years of audit log. Another key would make another hash of the same id; nobody is let in by it.',
}));

export const FED_BY_MAPPINGS = {
  id: 'HIPAA.Security-LambdaDLQ',
  reason:
    "A function's own dead-letter configuration serves asynchronous invocations. This one is invoked by event source mappings, and each of their queues is or has a dead-letter queue; or by the minute rule, and then the next minute does what this one could not.",
};

export const ANSWERS_CLOUDFORMATION = {
  id: FED_BY_MAPPINGS.id,
  reason:
    'CloudFormation invokes it and is told what failed, in words; whoever destroys the stage sees that and tries again.',
};

export const NO_VPC = {
  id: 'HIPAA.Security-LambdaInsideVPC',
  reason:
    'The config names no private network (network). It calls AWS by TLS and IAM, and the servers of the config, and listens to nobody.',
};

/** For a function in a private network. */
export const NETWORK_INTERFACES: readonly Acknowledgement[] = [
  '*',
  'arn:<AWS::Partition>:ec2:<AWS::Region>:<AWS::AccountId>:*/*',
  'arn:<AWS::Partition>:ec2:<AWS::Region>:<AWS::AccountId>:network-interface/*',
].map((resource) => ({
  id: `AwsSolutions-IAM5[Resource::${resource}]`,
  reason:
    "Lambda makes network interfaces in the role's name, and their ids are not known before. The function's own code is denied all of it.",
}));

export const NO_RESERVATION = {
  id: 'HIPAA.Security-LambdaConcurrency',
  reason:
    'A new account has too little concurrency to reserve any. Here the mappings have a maximum; production reserves for every function.',
};

/** `functionName` may write to any stream of its own log group; Lambda names the streams. */
export const ownLogStreams = (functionName: string): Acknowledgement => ({
  id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:/aws/lambda/${functionName}:*]`,
  reason: 'The streams of its own log group, which Lambda names as it starts environments.',
});

/** Objects of our own bucket under a prefix. */
export function objectsUnder(bucket: Bucket, prefix: string): Acknowledgement {
  const element: CfnElement | undefined = bucket.node.defaultChild as CfnBucket | undefined;
  const logicalId = element && Stack.of(bucket).getLogicalId(element);
  return {
    id: `AwsSolutions-IAM5[Resource::<${logicalId}.Arn>/${prefix}*]`,
    reason: `The objects under ${prefix} of our own bucket: their keys are made of a message's id and a hash.`,
  };
}
