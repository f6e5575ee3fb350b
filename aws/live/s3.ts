/** CloudFormation and the API of S3 use different words: this is the dictionary. */
import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLoggingCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketLoggingCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import type { LiveProperties } from './live-property.ts';
import { NAME, parsePolicy } from './live-property.ts';
import {
  accessBlock,
  encryption,
  encryptionOf,
  lifecycle,
  lifecycleOf,
  logging,
  objectLock,
  ownership,
  versioning,
} from './s3-words.ts';

export const BUCKET: LiveProperties = {
  BucketName: NAME,
  BucketEncryption: {
    read: async ({ s3 }, Bucket) => {
      const answer = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
      return encryptionOf(answer.ServerSideEncryptionConfiguration);
    },
    set: ({ s3 }, Bucket, wanted) => {
      const ServerSideEncryptionConfiguration = encryption(wanted);
      return s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }));
    },
  },
  LifecycleConfiguration: {
    read: async ({ s3 }, Bucket) =>
      lifecycleOf((await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules),
    set: ({ s3 }, Bucket, wanted) => {
      const LifecycleConfiguration = lifecycle(wanted);
      const input = { Bucket, LifecycleConfiguration };
      return s3.send(new PutBucketLifecycleConfigurationCommand(input));
    },
  },
  LoggingConfiguration: {
    read: async ({ s3 }, Bucket) => {
      const { LoggingEnabled } = await s3.send(new GetBucketLoggingCommand({ Bucket }));
      const { TargetBucket, TargetPrefix } = LoggingEnabled ?? {};
      return { DestinationBucketName: TargetBucket, LogFilePrefix: TargetPrefix };
    },
    set: ({ s3 }, Bucket, wanted) => {
      const input = { Bucket, BucketLoggingStatus: logging(wanted) };
      return s3.send(new PutBucketLoggingCommand(input));
    },
  },
  OwnershipControls: {
    read: async ({ s3 }, Bucket) =>
      (await s3.send(new GetBucketOwnershipControlsCommand({ Bucket }))).OwnershipControls,
    set: ({ s3 }, Bucket, wanted) => {
      const input = { Bucket, OwnershipControls: ownership.parse(wanted) };
      return s3.send(new PutBucketOwnershipControlsCommand(input));
    },
  },
  PublicAccessBlockConfiguration: {
    read: async ({ s3 }, Bucket) =>
      (await s3.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration,
    set: ({ s3 }, Bucket, wanted) => {
      const PublicAccessBlockConfiguration = accessBlock.parse(wanted);
      return s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
    },
  },
  VersioningConfiguration: {
    read: async ({ s3 }, Bucket) => {
      const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket }));
      return { Status };
    },
    set: ({ s3 }, Bucket, wanted) => {
      const VersioningConfiguration = versioning.parse(wanted);
      return s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    },
  },
  ObjectLockEnabled: {
    read: async ({ s3 }, Bucket) => {
      const answer = await s3.send(new GetObjectLockConfigurationCommand({ Bucket }));
      return answer.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled';
    },
    set: ({ s3 }, Bucket) => {
      const input = { Bucket, ObjectLockConfiguration: objectLock({}) };
      return s3.send(new PutObjectLockConfigurationCommand(input));
    },
  },
  ObjectLockConfiguration: {
    read: async ({ s3 }, Bucket) =>
      (await s3.send(new GetObjectLockConfigurationCommand({ Bucket }))).ObjectLockConfiguration,
    set: ({ s3 }, Bucket, wanted) => {
      const input = { Bucket, ObjectLockConfiguration: objectLock(wanted) };
      return s3.send(new PutObjectLockConfigurationCommand(input));
    },
  },
};

export const BUCKET_POLICY: LiveProperties = {
  Bucket: NAME,
  PolicyDocument: {
    read: async ({ s3 }, Bucket) =>
      parsePolicy((await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy),
    set: ({ s3 }, Bucket, wanted) =>
      s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(wanted) })),
  },
};
