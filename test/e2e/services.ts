/** The deployed stack as the suite sees it, through the services' own APIs only. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, GetCommand, paginateScan } from '@aws-sdk/lib-dynamodb';
import { type Lane, lanes } from '../../core/message/messages.ts';
import { resourceName } from './settings.ts';

export const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
export const s3 = new S3Client({ forcePathStyle: process.env['AWS_ENDPOINT_URL'] !== undefined });
const dynamodb = DynamoDBDocumentClient.from(new DynamoDBClient({}));

export type Item = Readonly<Record<string, unknown>>;
export type QueueName =
  | Lane
  | `${Lane}-isolation`
  | `${Lane}-dead-letter`
  | 'incident'
  | 'supervisor';

export async function queueUrl(name: string): Promise<string> {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: resourceName(name) }));
  if (QueueUrl === undefined) throw new Error(`no queue ${name}`);
  return QueueUrl;
}

export async function queueArn(name: QueueName): Promise<string> {
  const input = { QueueUrl: await queueUrl(name), AttributeNames: ['QueueArn' as const] };
  return (await sqs.send(new GetQueueAttributesCommand(input))).Attributes?.QueueArn ?? '';
}

/** Sends one message as a producer without our CLI would. Returns its id. */
export async function send(
  queue: QueueName,
  body: string,
  options: { attributes?: Readonly<Record<string, string>>; delaySeconds?: number } = {},
): Promise<string> {
  const { attributes = {}, delaySeconds } = options;
  const MessageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, StringValue]) => [
      name,
      { DataType: 'String', StringValue },
    ]),
  );
  const { MessageId } = await sqs.send(
    new SendMessageCommand({
      QueueUrl: await queueUrl(queue),
      MessageBody: body,
      MessageAttributes,
      DelaySeconds: delaySeconds,
    }),
  );
  if (MessageId === undefined) throw new Error(`${queue} gave no message id`);
  return MessageId;
}

const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

const QUEUES: readonly QueueName[] = [
  ...lanes.flatMap((lane) => [lane, `${lane}-isolation`, `${lane}-dead-letter`] as const),
  'incident',
];

/** How many messages are in which queue, in words, without the empty ones. */
export async function depths(): Promise<string> {
  const counts = await Promise.all(QUEUES.map(depth));
  const held = QUEUES.map((name, n) => ({ name, count: counts[n] ?? 0 }));
  const words = held
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => `${count} in ${name}`);
  return words.join(', ') || 'none';
}

/** Messages in a queue: waiting, in flight and delayed together. */
export async function depth(queue: QueueName): Promise<number> {
  const input = { QueueUrl: await queueUrl(queue), AttributeNames: [...COUNTS] };
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand(input));
  return COUNTS.reduce((sum, name) => sum + Number(Attributes?.[name] ?? 0), 0);
}

async function get(table: string, pk: string): Promise<Item | undefined> {
  const TableName = resourceName(table);
  const { Item } = await dynamodb.send(
    new GetCommand({ TableName, Key: { pk }, ConsistentRead: true }),
  );
  return Item;
}

/** What is stored under `<source>#<type>#<id>`. */
export const stored = (pk: string) => get('resources', pk);
/** The quarantine entry of a message. */
export const quarantined = (messageId: string) => get('quarantine', messageId);

/** Where a resource of one source is: stored, or in Quarantine. */
export async function whereabouts(source: string, id: string) {
  const inTrouble = await scan('quarantine', (item) => item['source'] === source);
  return { stored: await stored(`${source}#Patient#${id}`), inTrouble };
}

/** All matching items of a table; the tables of this stage contain only what we sent. */
export async function scan(
  table: 'resources' | 'quarantine' | 'incidents' | 'supervision',
  accept: (item: Item) => boolean,
): Promise<Item[]> {
  const found: Item[] = [];
  const input = { TableName: resourceName(table), ConsistentRead: true };
  for await (const page of paginateScan({ client: dynamodb }, input)) {
    found.push(...(page.Items ?? []).filter(accept));
  }
  return found;
}
