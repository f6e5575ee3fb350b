/**
 * The SDK clients, one each for the life of an environment. Where they talk to is said by the SDK's
 * own environment variables (AWS_REGION, AWS_ENDPOINT_URL…), never by us.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** A call that hangs must fail well before the function's own timeout. */
const impatient = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
};

const elsewhere = process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL'];

/** Queue URLs of an emulator need not be reachable under the host they name. */
export const sqs = new SQSClient({ ...impatient, useQueueUrlAsEndpoint: false });
export const sns = new SNSClient(impatient);
export const s3 = new S3Client({ ...impatient, forcePathStyle: elsewhere !== undefined });
export const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(impatient), {
  marshallOptions: { removeUndefinedValues: true },
});
