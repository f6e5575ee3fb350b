/**
 * The SDK clients, one each for the life of an environment. Where they talk to is said by the SDK's
 * own environment variables (AWS_REGION, AWS_ENDPOINT_URL…), never by us.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { EndingHandler } from './ending-handler.ts';
import { CALL } from './patience.ts';

/** A call that hangs must fail well before the function's own timeout. */
export const impatient = () => ({
  maxAttempts: CALL.maxAttempts,
  requestHandler: new EndingHandler({
    connectionTimeout: CALL.connectMs,
    requestTimeout: CALL.requestMs,
    throwOnRequestTimeout: true,
  }),
});

/** What a call to another service waits for must answer at once, or there is a fallback. */
const hasty = () => ({
  maxAttempts: 2,
  requestHandler: new EndingHandler({
    connectionTimeout: 300,
    requestTimeout: 500,
    throwOnRequestTimeout: true,
  }),
});

const elsewhere = process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL'];

/** Queue URLs of an emulator need not be reachable under the host they name. */
export const sqs = new SQSClient({ ...impatient(), useQueueUrlAsEndpoint: false });
export const sns = new SNSClient(impatient());
export const s3 = new S3Client({ ...impatient(), forcePathStyle: elsewhere !== undefined });
export const dynamo = documents(new DynamoDBClient(impatient()));
export const hastyDynamo = documents(new DynamoDBClient(hasty()));

function documents(client: DynamoDBClient): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
