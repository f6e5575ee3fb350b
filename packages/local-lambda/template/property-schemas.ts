/**
 * The properties that the runtime supports, by resource type, after their intrinsic functions are
 * resolved. Encryption, tags and similar properties have no local effect and are skipped.
 */
import { z } from 'zod';

/** CloudFormation accepts numbers and booleans as strings too. */
const number = z.coerce.number();
const boolean = z.union([z.boolean(), z.stringbool()]);

export const queueSchema = z.object({
  VisibilityTimeout: number.default(30),
  MessageRetentionPeriod: number.default(345_600),
  DelaySeconds: number.default(0),
  MaximumMessageSize: number.default(1_048_576),
  FifoQueue: boolean.default(false),
  ContentBasedDeduplication: boolean.default(false),
  RedrivePolicy: z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: number }).optional(),
});

export const subscriptionSchema = z.object({
  TopicArn: z.string(),
  Protocol: z.literal('sqs'),
  Endpoint: z.string(),
  RawMessageDelivery: boolean.default(false),
  FilterPolicy: z.record(z.string(), z.unknown()).optional(),
  FilterPolicyScope: z.string().optional(),
});

const keySchema = z.array(
  z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }),
);
export const tableSchema = z.object({
  KeySchema: keySchema,
  AttributeDefinitions: z.array(
    z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  GlobalSecondaryIndexes: z
    .array(
      z.object({
        IndexName: z.string(),
        KeySchema: keySchema,
        Projection: z.object({
          ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
          NonKeyAttributes: z.array(z.string()).optional(),
        }),
      }),
    )
    .default([]),
  TimeToLiveSpecification: z.object({ AttributeName: z.string().optional() }).optional(),
});

export const bucketSchema = z.object({
  ObjectLockEnabled: boolean.default(false),
  VersioningConfiguration: z.object({ Status: z.enum(['Enabled', 'Suspended']) }).optional(),
});

export const secretSchema = z.object({
  SecretString: z.string().optional(),
  GenerateSecretString: z
    .strictObject({
      PasswordLength: number.default(32),
      ExcludePunctuation: z.literal(true, { error: 'only letters and digits are imitated' }),
    })
    .optional(),
});

export const functionSchema = z.object({
  Code: z.object({ S3Key: z.string().optional() }),
  Role: z.string().optional(),
  Handler: z.string().default('index.handler'),
  Timeout: number.default(3),
  MemorySize: number.default(128),
  ReservedConcurrentExecutions: number.optional(),
  Environment: z.object({ Variables: z.record(z.string(), z.coerce.string()) }).optional(),
  LoggingConfig: z
    .object({ LogFormat: z.string().optional(), LogGroup: z.string().optional() })
    .optional(),
  DeadLetterConfig: z
    .object({
      TargetArn: z
        .string()
        .includes(':sqs:', { error: 'only a queue is imitated as dead-letter target' }),
    })
    .optional(),
});

export const mappingSchema = z.strictObject({
  EventSourceArn: z.string().includes(':sqs:', { error: 'only SQS is imitated as a source' }),
  FunctionName: z.string(),
  BatchSize: number.default(10),
  MaximumBatchingWindowInSeconds: number.default(0),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  ScalingConfig: z.object({ MaximumConcurrency: number.optional() }).default({}),
  Enabled: boolean.default(true),
  KmsKeyArn: z.string().optional(),
  Tags: z.unknown().optional(),
  MetricsConfig: z.unknown().optional(),
});

export const ruleSchema = z.object({
  ScheduleExpression: z
    .string()
    .regex(/^rate\(\d+ minutes?\)$/, 'only rate(N minutes) is imitated'),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Targets: z
    .array(
      z.object({
        Arn: z
          .string()
          .regex(/:(lambda|sqs):/, 'only functions and queues are imitated as targets'),
        Input: z.string().optional(),
      }),
    )
    .default([]),
});

export const logSubscriptionSchema = z.object({
  LogGroupName: z.string(),
  FilterPattern: z.string(),
  FilterName: z.string().optional(),
  DestinationArn: z
    .string()
    .includes(':lambda:', { error: 'only a function is imitated as destination' }),
});
