/**
 * What marks cost (core/attempt/in-flight.ts): 1,000 environments mark batches of one size in a table of
 * their own, through the deployed code, and every call is metered.
 */
import { randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import { makeDynamo } from '../../aws/clients.ts';
import { surroundings } from '../../aws/surroundings.ts';
import { InFlight } from '../../functions/validate/in-flight.ts';
import { createClients, destroyClients } from '../../packages/local-lambda/clients.ts';
import { type Emulator, startEmulator } from '../../packages/local-lambda/emulators/emulator.ts';
import { provisionTables } from '../../packages/local-lambda/provision/tables.ts';
import { billedAs } from './calls.ts';
import { startMeter } from './meter.ts';
import { PRICES } from './prices.ts';

const ENVIRONMENTS = 1_000;
const BATCHES = 3;
const CALLS_MAX = 32;
const POLICY = { functionTimeoutMs: 10_000, visibilityMs: 60_000 };
const RESOURCES = 10_000_000;

export interface MarksCost {
  readonly batchSize: number;
  /** Write units of a message, while its environment runs batch after batch. */
  readonly busy: number;
  /** The same if each batch comes after its environment's lease has ended. */
  readonly rare: number;
}

/** By batch size; prints nothing. */
export async function measureMarks(batchSizes: readonly number[]): Promise<MarksCost[]> {
  const entry = new URL('../../packages/local-lambda/emulators/dynalite.ts', import.meta.url);
  const dynalite = await startEmulator(entry, { port: 0 });
  let units = 0;
  const meter = await startMeter(dynalite.endpoint, (call) => {
    units += billedAs(call)?.amount ?? 0;
  });
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = meter.endpoint;
  process.env['AWS_REGION'] ??= 'us-east-1';
  process.env['AWS_ACCESS_KEY_ID'] ??= 'bench';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'bench';
  await createTable(dynalite);
  const { telemetry, ...machine } = surroundings(process.env);
  const table = { name: TABLE, dynamo: makeDynamo() };
  const place = { ...machine, table, lane: 'background', logger: telemetry.logger };
  const limit = pLimit(CALLS_MAX);
  const costs: MarksCost[] = [];
  for (const batchSize of batchSizes) {
    const environments = Array.from(
      { length: ENVIRONMENTS },
      () => new InFlight({ ...place, id: randomUUID() }, POLICY),
    );
    const mark = async (environment: InFlight) => {
      const messageIds = Array.from({ length: batchSize }, () => randomUUID());
      await environment.open(messageIds, randomUUID());
    };
    const round = () => Promise.all(environments.map((each) => limit(() => mark(each))));
    await round();
    units = 0;
    for (let batch = 0; batch < BATCHES; batch += 1) await round();
    const busy = units / (BATCHES * ENVIRONMENTS * batchSize);
    units = 0;
    for (let batch = 0; batch < BATCHES; batch += 1) {
      passTime(POLICY.visibilityMs);
      await round();
    }
    costs.push({ batchSize, busy, rare: units / (BATCHES * ENVIRONMENTS * batchSize) });
  }
  await meter.stop();
  await dynalite.stop();
  return costs;
}

const TABLE = 'marks';

async function createTable({ endpoint }: Emulator): Promise<void> {
  const clients = createClients({ sqs: endpoint, dynamodb: endpoint });
  const properties = {
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' as const },
      { AttributeName: 'sk', AttributeType: 'S' as const },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' as const },
      { AttributeName: 'sk', KeyType: 'RANGE' as const },
    ],
    GlobalSecondaryIndexes: [],
  };
  await provisionTables(clients.dynamodb, [{ logicalId: 'Marks', name: TABLE, properties }]);
  destroyClients(clients);
}

const realNow = Date.now;
let passedMs = 0;

function passTime(ms: number): void {
  passedMs += ms;
  Date.now = () => realNow() + passedMs;
}

/** As a table, with the bill of ten million resources. */
export function marksTable(costs: readonly MarksCost[]): string {
  const usd = (units: number) => units * RESOURCES * PRICES.dynamoWriteUnits.usd;
  const row = ({ batchSize, busy, rare }: MarksCost) =>
    `${String(batchSize).padStart(10)}${busy.toFixed(3).padStart(12)}${`$${usd(busy).toFixed(2)}`.padStart(10)}` +
    `${rare.toFixed(3).padStart(12)}${`$${usd(rare).toFixed(2)}`.padStart(10)}`;
  return [
    `marks of batches, ${ENVIRONMENTS} environments: write units a message, and ten million of them`,
    'batch size        busy                  rare',
    ...costs.map(row),
  ].join('\n');
}
