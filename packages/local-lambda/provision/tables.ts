import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb';
import type { TablePlan } from '../template/plan.ts';
import { TemplateError } from '../template/resolve.ts';

/** Creates the tables with their indexes. An existing table must have the template's key. */
export async function provisionTables(client: DynamoDBClient, plans: TablePlan[]): Promise<void> {
  await Promise.all(plans.map((plan) => provisionTable(client, plan)));
}

async function provisionTable(client: DynamoDBClient, plan: TablePlan): Promise<void> {
  const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes } = plan.properties;
  const indexes = GlobalSecondaryIndexes.map(({ Projection, ...index }) => ({
    ...index,
    Projection: {
      ProjectionType: Projection.ProjectionType,
      ...(Projection.NonKeyAttributes ? { NonKeyAttributes: Projection.NonKeyAttributes } : {}),
    },
  }));
  const definition = {
    TableName: plan.name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema,
    AttributeDefinitions,
    ...(indexes.length > 0 ? { GlobalSecondaryIndexes: indexes } : {}),
  } as const;
  try {
    await client.send(new CreateTableCommand(definition));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
    await assertSameKeys(client, plan);
  }
}

async function assertSameKeys(client: DynamoDBClient, plan: TablePlan): Promise<void> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: plan.name }));
  const kept = shape(Table?.KeySchema, Table?.GlobalSecondaryIndexes);
  const wanted = shape(plan.properties.KeySchema, plan.properties.GlobalSecondaryIndexes);
  if (kept === wanted) return;
  throw new TemplateError(
    `${plan.name}: the data folder keeps this table with other keys or indexes; use a new folder`,
  );
}

type Key = { AttributeName?: string | undefined; KeyType?: string | undefined }[] | undefined;

function shape(key: Key, indexes: { IndexName?: string | undefined; KeySchema?: Key }[] = []) {
  const text = (part: Key) => part?.map((k) => `${k.AttributeName} ${k.KeyType}`).join(', ');
  const names = indexes.map((index) => `${index.IndexName}: ${text(index.KeySchema)}`);
  return [text(key), ...names.sort()].join('; ');
}
