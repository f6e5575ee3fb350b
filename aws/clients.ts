/**
 * Makes the SDK clients; an environment has one of each for its life. The SDK's own environment variables
 * (AWS_REGION, AWS_ENDPOINT_URL…) say where they connect, never our code.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { CALL, type CallTimeouts, HASTY_CALL } from './call-timeouts.ts';
import { countingThrottles } from './count-throttles.ts';
import { EndingHandler } from './ending-handler.ts';
import type { Env } from './env.ts';

/** In a function, a call that hangs must fail well before the function's own timeout. */
export function callConfig({ maxAttempts, connectMs, requestMs }: CallTimeouts = CALL) {
  return {
    maxAttempts,
    requestHandler: new EndingHandler({
      connectionTimeout: connectMs,
      requestTimeout: requestMs,
      throwOnRequestTimeout: true,
    }),
  };
}

export interface Clients {
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
  readonly s3: S3Client;
  readonly dynamo: DynamoDBDocumentClient;
  /** For reads that another call waits for. */
  readonly hastyDynamo: DynamoDBDocumentClient;
  readonly secrets: SecretsManagerClient;
}

/** Queue URLs of an emulator need not be reachable under the host that they name. */
export const makeSqs = (timeouts?: CallTimeouts) =>
  countingThrottles(new SQSClient({ ...callConfig(timeouts), useQueueUrlAsEndpoint: false }));
export const makeSns = () => countingThrottles(new SNSClient(callConfig()));
export const makeSecrets = (timeouts?: CallTimeouts) =>
  new SecretsManagerClient(callConfig(timeouts));
export const makeDynamo = (timeouts?: CallTimeouts) =>
  documentsOf(countingThrottles(new DynamoDBClient(callConfig(timeouts))));
export const makeHastyDynamo = () => makeDynamo(HASTY_CALL);

/** An emulator has no host name for each bucket. */
export function makeS3(env: Env, timeouts?: CallTimeouts): S3Client {
  const elsewhere = env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL'];
  const forcePathStyle = elsewhere !== undefined;
  return countingThrottles(new S3Client({ ...callConfig(timeouts), forcePathStyle }));
}

export function documentsOf(client: DynamoDBClient): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
