/** Makes queues, topics, tables and buckets in the stores of the emulators that run in this process. */
import { setImmediate } from 'node:timers/promises';
import { ACCOUNT, arn } from '../../packages/local-lambda/template/account.ts';
import { type QueuePlan, queueUrlOf } from '../../packages/local-lambda/template/plan.ts';
import { inside, onTables } from './emulators.ts';
import type { WorldPlan } from './world-plan.ts';

export interface Queue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
}

export async function provision({
  queues,
  topics,
  subscriptions,
  tables,
  buckets,
}: WorldPlan): Promise<void> {
  for (const { name, properties } of queues) queue(name, attributesOf(properties));
  for (const { name } of topics) {
    inside().stores.snsStore.createTopic(name, undefined, undefined, ACCOUNT.region);
  }
  for (const { properties } of subscriptions) {
    const { TopicArn, Endpoint, FilterPolicy } = properties;
    subscribe(TopicArn, Endpoint, FilterPolicy);
  }
  await Promise.all(
    tables.map(({ name, properties }) => {
      const { GlobalSecondaryIndexes, KeySchema, AttributeDefinitions } = properties;
      return createTable(name, {
        KeySchema,
        AttributeDefinitions,
        ...(GlobalSecondaryIndexes.length > 0 && { GlobalSecondaryIndexes }),
      });
    }),
  );
  for (const bucket of buckets) await createBucket(bucket);
}

/** A queue by its name. */
export const queueAt = (name: string): Queue => ({
  name,
  url: queueUrlOf(name, inside().endpoint),
  arn: arn('sqs', name),
});

/** Creates a queue. */
export function queue(name: string, attributes: Readonly<Record<string, string>> = {}): Queue {
  const made = queueAt(name);
  inside().stores.sqsStore.createQueue(name, made.url, made.arn, { ...attributes }, {});
  return made;
}

const hash = (AttributeName: string) => [{ AttributeName, KeyType: 'HASH' }];
const string = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' });

/** Creates a table with the key `pk`, and an index of keys only if one is given. */
export async function table(name: string, index?: { name: string; key: string }): Promise<string> {
  await createTable(name, {
    KeySchema: hash('pk'),
    AttributeDefinitions: [string('pk'), ...(index ? [string(index.key)] : [])],
    ...(index && {
      GlobalSecondaryIndexes: [
        {
          IndexName: index.name,
          KeySchema: hash(index.key),
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  });
  return name;
}

function attributesOf({ RedrivePolicy, FifoQueue, ...rest }: QueuePlan['properties']) {
  const { ContentBasedDeduplication, ...numbers } = rest;
  return {
    ...Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, String(value)])),
    ...(RedrivePolicy && { RedrivePolicy: JSON.stringify(RedrivePolicy) }),
    ...(FifoQueue && {
      FifoQueue: 'true',
      ContentBasedDeduplication: String(ContentBasedDeduplication),
      DeduplicationScope: 'queue',
      FifoThroughputLimit: 'perQueue',
    }),
  };
}

export function subscribe(topicArn: string, queueArn: string, filter?: object): void {
  inside().stores.snsStore.subscribe(topicArn, 'sqs', queueArn, {
    RawMessageDelivery: 'true',
    ...(filter && { FilterPolicy: JSON.stringify(filter) }),
  });
}

type Described = { readonly Table: { readonly TableStatus: string } };

async function createTable(TableName: string, definition: object): Promise<void> {
  await onTables('createTable', { TableName, BillingMode: 'PAY_PER_REQUEST', ...definition });
  const status = async () => {
    const { Table } = await onTables<Described>('describeTable', { TableName });
    return Table.TableStatus;
  };
  // It answers no request before, and becomes active a moment later.
  while ((await status()) !== 'ACTIVE') await setImmediate();
}

async function createBucket({ name, properties }: WorldPlan['buckets'][number]): Promise<void> {
  const put = async (query: string, headers: Record<string, string> = {}) => {
    const { messaging } = inside();
    await messaging.inject({ method: 'PUT', url: `/${name}${query}`, headers });
  };
  await put('', properties.ObjectLockEnabled ? { 'x-amz-bucket-object-lock-enabled': 'true' } : {});
  if (properties.VersioningConfiguration?.Status === 'Enabled') await put('?versioning');
}
