/**
 * Makes the SDK clients; an environment has one of each for its life. The SDK's own environment variables
 * (AWS_REGION, AWS_ENDPOINT_URL…) say where they connect, never our code.
 */
import type { ProxyEnv } from 'node:http';
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

export interface CallSettings extends CallTimeouts {
  /** Names a proxy by HTTPS_PROXY. Functions use none. */
  readonly proxyEnv?: ProxyEnv;
}

/** In a function, a call that hangs must fail well before the function's own timeout. */
export function callConfig({ maxAttempts, connectMs, requestMs, proxyEnv }: CallSettings = CALL) {
  return {
    maxAttempts,
    requestHandler: new EndingHandler({
      connectionTimeout: connectMs,
      requestTimeout: requestMs,
      throwOnRequestTimeout: true,
      ...(proxyEnv !== undefined && { httpsAgent: { proxyEnv } }),
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
export const makeSqs = (settings?: CallSettings) =>
  countingThrottles(new SQSClient({ ...callConfig(settings), useQueueUrlAsEndpoint: false }));
export const makeSns = () => countingThrottles(new SNSClient(callConfig()));
export const makeSecrets = (settings?: CallSettings) =>
  new SecretsManagerClient(callConfig(settings));
export const makeDynamo = (settings?: CallSettings) =>
  documentsOf(countingThrottles(new DynamoDBClient(callConfig(settings))));
export const makeHastyDynamo = () => makeDynamo(HASTY_CALL);

/** An emulator has no host name for each bucket. */
export function makeS3(env: Env, settings?: CallSettings): S3Client {
  const elsewhere = env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL'];
  const forcePathStyle = elsewhere !== undefined;
  return countingThrottles(new S3Client({ ...callConfig(settings), forcePathStyle }));
}

export function documentsOf(client: DynamoDBClient): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
