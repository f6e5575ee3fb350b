/** IAM statements, each as narrow as its use. */
import { Aws } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';

/** `sid` says what the statement is for, in letters and digits. */
export const allow = (sid: string, actions: string[], resources: string[]) =>
  new PolicyStatement({ sid, effect: Effect.ALLOW, actions, resources });

/**
 * Writes without reading: an update may return the whole item, unless the policy forbids it. There is no
 * condition key for what a failed condition returns.
 */
export const allowBlindUpdate = (sid: string, resources: string[]) =>
  new PolicyStatement({
    sid,
    actions: ['dynamodb:UpdateItem'],
    resources,
    conditions: { StringEqualsIfExists: { 'dynamodb:ReturnValues': 'NONE' } },
  });

/** The items of a table with these partition keys, with * for what varies. */
export const allowKeys = (sid: string, actions: string[], resources: string[], keys: string[]) =>
  new PolicyStatement({
    sid,
    actions,
    resources,
    conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } },
  });

/**
 * Updates these attributes of a table's items and no others. Attributes that a condition names are among them,
 * and the update must not return those that are not.
 */
export const allowAttributes = (sid: string, resources: string[], attributes: string[]) =>
  new PolicyStatement({
    sid,
    actions: ['dynamodb:UpdateItem'],
    resources,
    conditions: {
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': attributes },
      StringEqualsIfExists: { 'dynamodb:ReturnValues': 'NONE' },
    },
  });

/**
 * Reads these attributes of a table's items and no others, so a read must name them:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
export const allowReadOf = (sid: string, resources: string[], attributes: string[]) =>
  new PolicyStatement({
    sid,
    actions: ['dynamodb:GetItem'],
    resources,
    conditions: {
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': attributes },
      StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
    },
  });

/**
 * Lists a bucket under these prefixes only. S3 needs this permission too to answer that a key is absent and
 * not forbidden, with the key as the prefix.
 */
export const allowList = (sid: string, bucket: Bucket, prefixes: readonly string[]) =>
  new PolicyStatement({
    sid,
    actions: ['s3:ListBucket'],
    resources: [bucket.bucketArn],
    conditions: { StringLike: { 's3:prefix': prefixes.map((prefix) => `${prefix}*`) } },
  });

/** The objects of a bucket under these prefixes. */
export const objects = (bucket: Bucket, prefixes: readonly string[]) =>
  prefixes.map((prefix) => bucket.arnForObjects(`${prefix}*`));

type KeyedService = 'dynamodb' | 's3' | 'secretsmanager' | 'sns' | 'sqs';

const via = (services: readonly KeyedService[]) => ({
  StringEquals: {
    'kms:ViaService': services.map((name) => `${name}.${Aws.REGION}.${Aws.URL_SUFFIX}`),
  },
});

/** Use of a key through services that need only the usual permissions. */
export function allowKeyFor(
  sid: string,
  key: IKey,
  services: readonly Exclude<KeyedService, 'dynamodb'>[],
): PolicyStatement {
  return new PolicyStatement({
    sid,
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: [key.keyArn],
    conditions: via(services),
  });
}

/**
 * Use of the key through these services only, never directly. DynamoDB needs more than the others:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
 */
export function allowKey(key: IKey, services: readonly KeyedService[]): PolicyStatement[] {
  const messages = services.filter((name) => name !== 'dynamodb');
  const statements = [allowKeyFor('KeyForMessagesAndBodies', key, messages)];
  if (services.includes('dynamodb')) {
    statements.push(
      new PolicyStatement({
        sid: 'KeyForTables',
        actions: [
          'kms:Decrypt',
          'kms:DescribeKey',
          'kms:Encrypt',
          'kms:GenerateDataKey',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
        ],
        resources: [key.keyArn],
        conditions: via(['dynamodb']),
      }),
    );
  }
  return statements;
}
