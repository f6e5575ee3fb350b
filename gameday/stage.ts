/** A stage to provoke alarms on: the runtime, with access to its queues, functions, tables and clock. */
import { makeLambdaAt } from '../aws/lambda-clients.ts';
import { createClients, destroyClients } from '../packages/local-lambda/clients.ts';
import { type Runtime, startRuntime } from '../packages/local-lambda/runtime.ts';
import { ACCOUNT } from '../packages/local-lambda/template/account.ts';
import type { MetricRecords } from './metric-records.ts';
import { StageLambda } from './stage-lambda.ts';
import { StageQueues } from './stage-queues.ts';
import { startThrottlingTables, type ThrottlingTables } from './throttling-tables.ts';

export interface Stage {
  readonly runtime: Runtime;
  readonly queues: StageQueues;
  readonly lambda: StageLambda;
  /** The table's requests are refused, until the returned function is called. */
  throttle(table: string): () => void;
  /** The minute's wake, now: nothing else sends it here. */
  minute(): void;
  close(): Promise<void>;
}

export async function openStage(assembly: string, records: MetricRecords): Promise<Stage> {
  const ticks: (() => void)[] = [];
  let tables: ThrottlingTables | undefined;
  const runtime = await startRuntime({
    assembly,
    onLogLine: records.listen,
    clock: {
      now: () => Date.now(),
      every(_, tick) {
        ticks.push(tick);
        return () => {};
      },
    },
    async through(endpoints) {
      tables = await startThrottlingTables(endpoints.dynamodb, (TableName, Operation) => {
        const dimensions = { TableName, Operation };
        records.add({ namespace: 'AWS/DynamoDB', name: 'ThrottledRequests', dimensions, value: 1 });
      });
      return { ...endpoints, dynamodb: tables.endpoint };
    },
  });
  const clients = createClients(runtime.endpoints);
  const { region, credentials } = ACCOUNT;
  const { endpoint } = runtime;
  const lambda = makeLambdaAt({ region, credentials, endpoint });
  return {
    runtime,
    queues: new StageQueues(clients.sqs, runtime.queueUrl),
    lambda: new StageLambda(lambda, records),
    throttle: (table) => tables?.throttle(table) ?? (() => {}),
    minute() {
      for (const tick of ticks) tick();
    },
    async close() {
      lambda.destroy();
      destroyClients(clients);
      await runtime.stop();
      await tables?.stop();
    },
  };
}
