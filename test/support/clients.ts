/** The tests' own clients: faults that a test injects into the functions' clients miss these. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

const make = () => ({
  sqs: new SQSClient({ useQueueUrlAsEndpoint: false }),
  sns: new SNSClient(),
  s3: new S3Client({ forcePathStyle: true }),
  dynamo: DynamoDBDocumentClient.from(new DynamoDBClient()),
});

let clients: ReturnType<typeof make> | undefined;

/** Made at first use, for the emulators must be up to say where they are. */
export function testClients(): ReturnType<typeof make> {
  clients ??= make();
  return clients;
}
