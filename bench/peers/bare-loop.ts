/**
 * The least that any pipeline of this kind has to do: receive, one conditional put, delete. It
 * validates nothing, isolates nothing, and runs in the process that measures it.
 */
import {
  CreateTableCommand,
  type DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';

export interface Bare {
  readonly sqs: SQSClient;
  readonly dynamodb: DynamoDBClient;
  readonly queueUrl: string;
  readonly table: string;
}

/** More loops than this change nothing here: the emulators are busy. */
const LOOPS = 8;

export async function createBare(sqs: SQSClient, dynamodb: DynamoDBClient): Promise<Bare> {
  const table = 'bench-bare';
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'bench-bare' }));
  await dynamodb.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    }),
  );
  await waitUntilTableExists(
    { client: dynamodb, maxWaitTime: 10, minDelay: 1 },
    { TableName: table },
  );
  return { sqs, dynamodb, queueUrl: QueueUrl, table };
}

/** Takes `count` messages off the queue; returns when all are put and deleted. */
export async function bareLoop({ sqs, dynamodb, queueUrl, table }: Bare, count: number) {
  const documents = DynamoDBDocumentClient.from(dynamodb);
  let left = count;
  const put = ({ MessageId, Body }: Message) =>
    documents.send(
      new PutCommand({
        TableName: table,
        Item: { pk: MessageId, body: Body },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
  const loop = async () => {
    while (left > 0) {
      const receive = { QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 };
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(receive));
      if (Messages.length === 0) continue;
      await Promise.all(Messages.map(put));
      const Entries = Messages.map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
      left -= Messages.length;
    }
  };
  await Promise.all(Array.from({ length: LOOPS }, loop));
}
