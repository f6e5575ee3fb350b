/** How one property of a template is read from a live service, and set if a deployment lost it. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { GlueClient } from '@aws-sdk/client-glue';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { contains } from './comparison.ts';

export interface LiveProperty {
  /** The live value of a resource, by physical id, in the template's shape; or {@link SAME}. */
  readonly read: (clients: LiveClients, id: string, wanted: unknown) => Promise<unknown>;
  /** Sets the live value to the template's. */
  readonly set?: (clients: LiveClients, id: string, wanted: unknown) => Promise<unknown>;
}

/** Properties by name, of one resource type. */
export type LiveProperties = Readonly<Record<string, LiveProperty>>;

/** A property that names the resource. A resource that was found by that name has it. */
export const NAME: LiveProperty = { read: async () => SAME };
/** For a live value that cannot differ from the template's. */
export const SAME: unique symbol = Symbol('same');

/** One of many live values, if the service does not say which one is the template's. */
export const anyOf = (live: readonly unknown[], wanted: unknown): unknown =>
  live.some((one) => contains(one, wanted)) ? SAME : live;

/** By the SDK's usual environment variables. */
export const liveClients = () => ({
  cloudFormation: new CloudFormationClient({}),
  cloudwatch: new CloudWatchClient({}),
  dynamodb: new DynamoDBClient({}),
  events: new EventBridgeClient({}),
  glue: new GlueClient({}),
  iam: new IAMClient({}),
  kms: new KMSClient({}),
  lambda: new LambdaClient({}),
  logs: new CloudWatchLogsClient({}),
  s3: new S3Client({ forcePathStyle: true }),
  secrets: new SecretsManagerClient({}),
  sns: new SNSClient({}),
  sqs: new SQSClient({ useQueueUrlAsEndpoint: false }),
});
export type LiveClients = ReturnType<typeof liveClients>;

/** Policies are JSON in a string, with URL encoding from IAM. */
export const parsePolicy = (text: string | undefined): unknown =>
  text === undefined
    ? undefined
    : JSON.parse(text.startsWith('%') ? decodeURIComponent(text) : text);
