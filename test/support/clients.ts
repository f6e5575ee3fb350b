/** The tests' own clients: faults that a test injects into the functions' clients miss these. */
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

/** Made for the emulators that are up: where those are is known once they are. */
export function testClients(): ReturnType<typeof make> {
  const endpoint = process.env['AWS_ENDPOINT_URL_SQS'];
  if (clients === undefined || clients.endpoint !== endpoint) clients = make(endpoint);
  return clients;
}
