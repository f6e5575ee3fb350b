/**
 * A bucket's settings in CloudFormation's words and in those of S3's API. Schemas are strict: a setting
 * that is not translated here is refused, never dropped.
 */
import type {
  BucketLifecycleConfiguration,
  BucketLoggingStatus,
  LifecycleRule,
  ServerSideEncryptionConfiguration,
} from '@aws-sdk/client-s3';
import { z } from 'zod';

const encryptionSchema = z.strictObject({
  ServerSideEncryptionConfiguration: z.array(
    z.strictObject({
      BucketKeyEnabled: z.boolean().default(false),
      ServerSideEncryptionByDefault: z.strictObject({
        SSEAlgorithm: z.enum(['AES256', 'aws:kms', 'aws:kms:dsse']),
        KMSMasterKeyID: z.string().optional(),
      }),
    }),
  ),
});

export const encryption = (wanted: unknown): ServerSideEncryptionConfiguration => ({
  Rules: encryptionSchema
    .parse(wanted)
    .ServerSideEncryptionConfiguration.map(({ ServerSideEncryptionByDefault: given, ...rest }) => ({
      ...rest,
      ApplyServerSideEncryptionByDefault: {
        SSEAlgorithm: given.SSEAlgorithm,
        ...(given.KMSMasterKeyID !== undefined && { KMSMasterKeyID: given.KMSMasterKeyID }),
      },
    })),
});

export const encryptionOf = (live: ServerSideEncryptionConfiguration | undefined) => ({
  ServerSideEncryptionConfiguration: live?.Rules?.map((rule) => ({
    BucketKeyEnabled: rule.BucketKeyEnabled ?? false,
    ServerSideEncryptionByDefault: rule.ApplyServerSideEncryptionByDefault,
  })),
});

const lifecycleSchema = z.strictObject({
  Rules: z.array(
    z.strictObject({
      Id: z.string().optional(),
      Prefix: z.string().default(''),
      Status: z.enum(['Enabled', 'Disabled']),
      ExpirationInDays: z.int().optional(),
      ExpiredObjectDeleteMarker: z.boolean().optional(),
      NoncurrentVersionExpiration: z.strictObject({ NoncurrentDays: z.int() }).optional(),
      AbortIncompleteMultipartUpload: z.strictObject({ DaysAfterInitiation: z.int() }).optional(),
    }),
  ),
});

export const lifecycle = (wanted: unknown): BucketLifecycleConfiguration => ({
  Rules: lifecycleSchema.parse(wanted).Rules.map((rule, index): LifecycleRule => {
    const { ExpirationInDays: Days, ExpiredObjectDeleteMarker } = rule;
    const { NoncurrentVersionExpiration, AbortIncompleteMultipartUpload } = rule;
    return {
      ID: rule.Id ?? `rule-${index}`,
      Filter: { Prefix: rule.Prefix },
      Status: rule.Status,
      // S3 takes one of the two.
      ...(Days !== undefined && { Expiration: { Days } }),
      ...(ExpiredObjectDeleteMarker !== undefined && { Expiration: { ExpiredObjectDeleteMarker } }),
      ...(NoncurrentVersionExpiration && { NoncurrentVersionExpiration }),
      ...(AbortIncompleteMultipartUpload && { AbortIncompleteMultipartUpload }),
    };
  }),
});

export const lifecycleOf = (live: readonly LifecycleRule[] | undefined) => ({
  Rules: live?.map((rule) => ({
    Id: rule.ID,
    Prefix: rule.Filter?.Prefix ?? '',
    Status: rule.Status,
    ExpirationInDays: rule.Expiration?.Days,
    ExpiredObjectDeleteMarker: rule.Expiration?.ExpiredObjectDeleteMarker,
    NoncurrentVersionExpiration: rule.NoncurrentVersionExpiration,
    AbortIncompleteMultipartUpload: rule.AbortIncompleteMultipartUpload,
  })),
});

const loggingSchema = z.strictObject({
  DestinationBucketName: z.string(),
  LogFilePrefix: z.string().default(''),
});

export const logging = (wanted: unknown): BucketLoggingStatus => {
  const { DestinationBucketName, LogFilePrefix } = loggingSchema.parse(wanted);
  return { LoggingEnabled: { TargetBucket: DestinationBucketName, TargetPrefix: LogFilePrefix } };
};

export const ownership = z.strictObject({
  Rules: z.array(
    z.strictObject({
      ObjectOwnership: z.enum(['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter']),
    }),
  ),
});

export const accessBlock = z.strictObject({
  BlockPublicAcls: z.boolean(),
  BlockPublicPolicy: z.boolean(),
  IgnorePublicAcls: z.boolean(),
  RestrictPublicBuckets: z.boolean(),
});

export const versioning = z.strictObject({ Status: z.enum(['Enabled', 'Suspended']) });

const retention = z.union([
  z.strictObject({ Mode: z.enum(['COMPLIANCE', 'GOVERNANCE']), Days: z.int() }),
  z.strictObject({ Mode: z.enum(['COMPLIANCE', 'GOVERNANCE']), Years: z.int() }),
]);
const objectLockSchema = z.strictObject({
  ObjectLockEnabled: z.literal('Enabled').default('Enabled'),
  Rule: z.strictObject({ DefaultRetention: retention }).optional(),
});

export const objectLock = (wanted: unknown) => {
  const { ObjectLockEnabled, Rule } = objectLockSchema.parse(wanted);
  return { ObjectLockEnabled, ...(Rule && { Rule }) };
};
