/** Lambda's API of a stage: invokes functions, and disables the mappings of a queue. */
import { changeMapping, mappingsOf, readMapping } from '../aws/event-source-mappings.ts';
import { invokeFunction } from '../aws/invocation.ts';
import type { LambdaClients } from '../aws/lambda-clients.ts';
import { toRecord } from '../packages/local-lambda/event-source/record.ts';
import { arn, nameOfArn } from '../packages/local-lambda/template/account.ts';
import type { MetricRecords } from './metric-records.ts';
import type { SeenMessage } from './stage-queues.ts';
import { NO_DEATHS } from './texts.ts';
import { until } from './until.ts';

/** An event of the right kind with nothing to do. */
const NOTHING = { Records: [] };

export class StageLambda {
  readonly #client: LambdaClients['lambda'];
  readonly #records: MetricRecords;

  constructor(client: LambdaClients['lambda'], records: MetricRecords) {
    this.#client = client;
    this.#records = records;
  }

  /** By default an event with nothing to do. What Lambda refuses is recorded as throttled. */
  async invoke(functionName: string, event?: unknown): Promise<void> {
    const harmless = functionName.endsWith('-monitor') ? NO_DEATHS : NOTHING;
    const dimensions = { FunctionName: functionName };
    if (await invokeFunction(this.#client, functionName, event ?? harmless)) return;
    this.#records.add({ namespace: 'AWS/Lambda', name: 'Throttles', dimensions, value: 1 });
  }

  /** Invokes the function that reads the queue with a message of it, as Lambda would. */
  async handOver(queue: string, message: SeenMessage): Promise<void> {
    const [reader] = await mappingsOf(this.#client, arn('sqs', queue));
    if (reader === undefined) throw new Error(`nobody reads ${queue}`);
    const Records = [toRecord(message, arn('sqs', queue))];
    await this.invoke(nameOfArn(reader.functionArn), { Records });
  }

  /** Stops the queue's readers, until the returned function is called. */
  async stopReading(queue: string): Promise<() => Promise<void>> {
    const readers = await mappingsOf(this.#client, arn('sqs', queue));
    const all = readers.map(({ uuid }) => uuid);
    await this.#switch(all, false);
    return () => this.#switch(all, true);
  }

  async #switch(mappings: readonly string[], enabled: boolean): Promise<void> {
    const read = (uuid: string) => readMapping(this.#client, uuid);
    for (const uuid of mappings) {
      const { maxConcurrency } = await read(uuid);
      await changeMapping(this.#client, uuid, { enabled, maxConcurrency });
    }
    await until(async () => {
      const seen = await Promise.all(mappings.map(read));
      return seen.every((mapping) => mapping.enabled === enabled && !mapping.changing);
    });
  }
}
