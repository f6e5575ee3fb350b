/** One table on the embedded emulator and one in the simulation, with the same commands. */
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { startEmulator } from '../../../packages/local-lambda/emulators/emulator.ts';
import { Dynamo, NO_DYNAMO_FAULTS } from '../../../simulation/dynamo/dynamo.ts';
import { Scheduler } from '../../../simulation/scheduler.ts';

const ENTRY = new URL('../../../packages/local-lambda/emulators/dynalite.ts', import.meta.url);
export const TABLE = 'items';
export const INDEX = 'by-kind';

const hash = (AttributeName: string) => ({ AttributeName, KeyType: 'HASH' as const });
const range = (AttributeName: string) => ({ AttributeName, KeyType: 'RANGE' as const });

export async function startBoth() {
  const emulator = await startEmulator(ENTRY, { port: 0 });
  const client = new DynamoDBClient({
    endpoint: emulator.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    maxAttempts: 1,
  });
  const documents = DynamoDBDocumentClient.from(client, {
    marshallOptions: { removeUndefinedValues: true },
  });
  await client.send(
    new CreateTableCommand({
      TableName: TABLE,
      KeySchema: [hash('pk'), range('sk')],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
        { AttributeName: 'kind', AttributeType: 'S' },
        { AttributeName: 'rank', AttributeType: 'N' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: INDEX,
          KeySchema: [hash('kind'), range('rank')],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['title'] },
        },
      ],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  const scheduler = new Scheduler(1);
  const faults = { ...NO_DYNAMO_FAULTS, indexLagMs: 0 };
  const dynamo = new Dynamo({
    scheduler,
    random: scheduler.random,
    faults: () => faults,
    tell: () => undefined,
  });
  dynamo.create({
    name: TABLE,
    partition: 'pk',
    sort: 'sk',
    indexes: [{ name: INDEX, partition: 'kind', sort: 'rank', holds: ['title'] }],
  });
  const simulated = async (command: object) => {
    try {
      return dynamo.perform(command);
    } finally {
      await scheduler.run(() => false);
    }
  };
  return {
    emulated: (command: object): Promise<object> => documents.send(command as never),
    simulated,
    stop: async () => {
      client.destroy();
      await emulator.stop();
    },
  };
}

/** The result: the answer without metadata of the transport, or the refusal's name. */
export async function endOf(answer: Promise<object>): Promise<object | string> {
  try {
    const { $metadata: _, ...said } = (await answer) as Record<string, unknown>;
    return said;
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}
