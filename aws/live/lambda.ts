import { createHash } from 'node:crypto';
import {
  type EventSourceMappingConfiguration,
  type FunctionConfiguration,
  GetEventSourceMappingCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  PutFunctionConcurrencyCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { z } from 'zod';
import type { LiveProperties, LiveProperty } from './live-property.ts';
import { anyOf, NAME, SAME } from './live-property.ts';

const configured = (pick: (live: FunctionConfiguration) => unknown): LiveProperty => ({
  read: async ({ lambda }, FunctionName) =>
    pick(await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))),
});

const mapped = (pick: (live: EventSourceMappingConfiguration) => unknown): LiveProperty => ({
  read: async ({ lambda }, UUID) =>
    pick(await lambda.send(new GetEventSourceMappingCommand({ UUID }))),
});

const code = z.object({ S3Bucket: z.string(), S3Key: z.string() });

export const FUNCTION: LiveProperties = {
  FunctionName: NAME,
  Code: {
    read: async ({ lambda, s3 }, FunctionName, wanted) => {
      const { S3Bucket: Bucket, S3Key: Key } = code.parse(wanted);
      const live = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
      const asset = await s3.send(new GetObjectCommand({ Bucket, Key }));
      const bytes = (await asset.Body?.transformToByteArray()) ?? new Uint8Array();
      const sha256 = createHash('sha256').update(bytes).digest('base64');
      return sha256 === live.CodeSha256 ? SAME : { CodeSha256: live.CodeSha256 };
    },
  },
  Architectures: configured((live) => live.Architectures),
  DeadLetterConfig: {
    ...configured((live) => live.DeadLetterConfig),
    set: ({ lambda }, FunctionName, wanted) => {
      const DeadLetterConfig = z.object({ TargetArn: z.string() }).parse(wanted);
      const input = { FunctionName, DeadLetterConfig };
      return lambda.send(new UpdateFunctionConfigurationCommand(input));
    },
  },
  Description: configured((live) => live.Description),
  Environment: configured((live) => ({ Variables: live.Environment?.Variables })),
  Handler: configured((live) => live.Handler),
  LoggingConfig: configured((live) => live.LoggingConfig),
  MemorySize: configured((live) => live.MemorySize),
  Role: configured((live) => live.Role),
  Runtime: configured((live) => live.Runtime),
  Timeout: configured((live) => live.Timeout),
  ReservedConcurrentExecutions: {
    read: async ({ lambda }, FunctionName) => {
      const answer = await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }));
      return answer.ReservedConcurrentExecutions;
    },
    set: ({ lambda }, FunctionName, wanted) => {
      const ReservedConcurrentExecutions = z.number().parse(wanted);
      const input = { FunctionName, ReservedConcurrentExecutions };
      return lambda.send(new PutFunctionConcurrencyCommand(input));
    },
  },
};

const statements = z.object({
  Statement: z.array(
    z.object({
      Action: z.string(),
      Principal: z.union([z.string(), z.object({ Service: z.string() })]),
      Condition: z.record(z.string(), z.record(z.string(), z.string())).default({}),
    }),
  ),
});
type Statement = z.infer<typeof statements>['Statement'][number];

/** Part of a permission: a function's policy holds many, of which one must match. */
const permitted = (pick: (statement: Statement) => unknown): LiveProperty => ({
  read: async ({ lambda }, FunctionName, wanted) => {
    const { Policy = '{}' } = await lambda.send(new GetPolicyCommand({ FunctionName }));
    return anyOf(statements.parse(JSON.parse(Policy)).Statement.map(pick), wanted);
  },
});

/** The value of a condition, whatever its operator; keys are in any case. */
const condition = (key: string) => (statement: Statement) =>
  Object.values(statement.Condition)
    .flatMap((pairs) => Object.entries(pairs))
    .find(([name]) => name.toLowerCase() === key)?.[1];

/** By the function that it allows to be invoked. */
export const PERMISSION: LiveProperties = {
  FunctionName: NAME,
  Action: permitted(({ Action }) => Action),
  Principal: permitted(({ Principal }) =>
    typeof Principal === 'string' ? Principal : Principal.Service,
  ),
  SourceArn: permitted(condition('aws:sourcearn')),
  SourceAccount: permitted(condition('aws:sourceaccount')),
};

export const EVENT_SOURCE_MAPPING: LiveProperties = {
  BatchSize: mapped((live) => live.BatchSize),
  EventSourceArn: mapped((live) => live.EventSourceArn),
  // The template names the function, the service returns its ARN.
  FunctionName: mapped((live) => live.FunctionArn?.split(':').at(-1)),
  FunctionResponseTypes: mapped((live) => live.FunctionResponseTypes),
  MaximumBatchingWindowInSeconds: mapped((live) => live.MaximumBatchingWindowInSeconds),
  ScalingConfig: mapped((live) => live.ScalingConfig),
  Enabled: mapped((live) => live.State === 'Enabled' || live.State === 'Enabling'),
};
