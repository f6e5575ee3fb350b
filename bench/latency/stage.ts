/**
 * The stage that is measured: the one that AWS_ENDPOINT_URL leads to (an emulator that the stack is deployed
 * to, such as MiniStack or LocalStack), or else the embedded runtime.
 */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { documentsOf, makeDynamo, makeSqs } from '../../aws/clients.ts';
import type { Queue, Table } from '../../aws/handles.ts';
import { depthsOf, queueUrlsOf } from '../../aws/queue-depths.ts';
import { pagesOf } from '../../aws/table-pages.ts';
import { laneQueueName } from '../../cli/target.ts';
import { ensureBuilt, LOCAL } from '../../demo/build.ts';
import { createClients, destroyClients } from '../../packages/local-lambda/clients.ts';
import { startRuntime } from '../../packages/local-lambda/runtime.ts';

const STAGE = 'dev';
const ROOT = join(import.meta.dirname, '../..');

export interface Stage {
  readonly name: string;
  readonly critical: Queue;
  readonly background: Queue;
  readonly resources: Table;
  stop(): Promise<void>;
}

export async function openStage(endpoint: string | undefined): Promise<Stage> {
  return endpoint === undefined ? embedded() : deployed(endpoint);
}

async function embedded(): Promise<Stage> {
  await ensureBuilt(ROOT, console.error);
  const runtime = await startRuntime({ assembly: join(ROOT, LOCAL.assembly), log: console.error });
  const clients = createClients(runtime.endpoints);
  const queue = (lane: 'critical' | 'background') => ({
    sqs: clients.sqs,
    url: runtime.queueUrl(laneQueueName(STAGE, lane)),
  });
  return {
    name: 'embedded runtime',
    critical: queue('critical'),
    background: queue('background'),
    resources: {
      name: `${runtime.stackName}-resources`,
      dynamo: documentsOf(clients.dynamodb),
    },
    async stop() {
      destroyClients(clients);
      await runtime.stop();
    },
  };
}

async function deployed(endpoint: string): Promise<Stage> {
  const sqs = makeSqs();
  const dynamo = makeDynamo();
  const queue = async (lane: 'critical' | 'background') => {
    const name = laneQueueName(STAGE, lane);
    const url = (await queueUrlsOf(sqs, name)).find((each) => each.endsWith(`/${name}`));
    if (url === undefined)
      throw new Error(`no queue ${name} at ${endpoint}: deploy the stack first`);
    return { sqs, url };
  };
  return {
    name: endpoint,
    critical: await queue('critical'),
    background: await queue('background'),
    resources: { name: `fhir-failsafe-${STAGE}-resources`, dynamo },
    async stop() {
      sqs.destroy();
      dynamo.destroy();
    },
  };
}

export async function depthOf(queue: Queue): Promise<number> {
  const { waiting } = await depthsOf(queue);
  return waiting;
}

const PATIENCE_MS = 300_000;

/**
 * How long each took, ascending, once all are stored. What takes the machine's time meanwhile should be over:
 * it reads the whole table.
 * @param due by resource id, epoch ms
 */
export async function latencies(table: Table, due: ReadonlyMap<string, number>): Promise<number[]> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const took: number[] = [];
    for await (const { items } of pagesOf(table, ['resourceId', 'storedAt'])) {
      for (const { resourceId, storedAt } of items) {
        const dueAt = due.get(String(resourceId));
        if (dueAt !== undefined) took.push(Number(storedAt) - dueAt);
      }
    }
    if (took.length === due.size) return took.sort((a, b) => a - b);
    if (Date.now() > until) throw new Error(`${due.size - took.length} are not stored`);
    await wait(1_000);
  }
}
