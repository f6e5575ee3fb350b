/** The tests' own clients. Faults that a test injects into the functions' clients do not affect these. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

const make = (endpoint: string | undefined) => ({
  endpoint,
  sqs: new SQSClient({ useQueueUrlAsEndpoint: false }),
  sns: new SNSClient(),
  s3: new S3Client({ forcePathStyle: true }),
  dynamo: DynamoDBDocumentClient.from(new DynamoDBClient()),
});

let clients: ReturnType<typeof make> | undefined;

/** For the running emulators, whose addresses are known once they run. */
export function testClients(): ReturnType<typeof make> {
  const endpoint = process.env['AWS_ENDPOINT_URL_SQS'];
  if (clients === undefined || clients.endpoint !== endpoint) clients = make(endpoint);
  return clients;
}
