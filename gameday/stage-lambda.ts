/** Lambda's API of a stage: invokes functions, and disables the mappings of a queue. */
import {
  GetEventSourceMappingCommand,
  InvokeCommand,
  type LambdaClient,
  ListEventSourceMappingsCommand,
  TooManyRequestsException,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import type { Message } from '@aws-sdk/client-sqs';
import { toRecord } from '../packages/local-lambda/event-source/record.ts';
import { arn, nameOfArn } from '../packages/local-lambda/template/account.ts';
import type { MetricRecords } from './metric-records.ts';
import { NO_DEATHS } from './texts.ts';
import { until } from './until.ts';

/** An event of the function's kind that asks for nothing. */
const NOTHING = { Records: [] };

export class StageLambda {
  readonly #client: LambdaClient;
  readonly #records: MetricRecords;

  constructor(client: LambdaClient, records: MetricRecords) {
    this.#client = client;
    this.#records = records;
  }

  /** By default an event with nothing to do. What Lambda refuses is recorded as throttled. */
  async invoke(functionName: string, event?: unknown): Promise<void> {
    const harmless = functionName.endsWith('-monitor') ? NO_DEATHS : NOTHING;
    const Payload = JSON.stringify(event ?? harmless);
    const dimensions = { FunctionName: functionName };
    try {
      await this.#client.send(new InvokeCommand({ FunctionName: functionName, Payload }));
    } catch (error) {
      if (!(error instanceof TooManyRequestsException)) throw error;
      this.#records.add({ namespace: 'AWS/Lambda', name: 'Throttles', dimensions, value: 1 });
    }
  }

  /** Invokes the function that reads the queue with a message of it, as Lambda would. */
  async handOver(queue: string, message: Message): Promise<void> {
    const { EventSourceMappings = [] } = await this.#client.send(
      new ListEventSourceMappingsCommand({ EventSourceArn: arn('sqs', queue) }),
    );
    const [reader] = EventSourceMappings;
    if (reader?.FunctionArn === undefined) throw new Error(`nobody reads ${queue}`);
    const Records = [toRecord(message, arn('sqs', queue))];
    await this.invoke(nameOfArn(reader.FunctionArn), { Records });
  }

  /** Stops the queue's readers, until the returned function is called. */
  async stopReading(queue: string): Promise<() => Promise<void>> {
    const { EventSourceMappings = [] } = await this.#client.send(
      new ListEventSourceMappingsCommand({ EventSourceArn: arn('sqs', queue) }),
    );
    const all = EventSourceMappings.map(({ UUID = '' }) => UUID);
    await this.#switch(all, false);
    return () => this.#switch(all, true);
  }

  async #switch(mappings: readonly string[], Enabled: boolean): Promise<void> {
    for (const UUID of mappings) {
      await this.#client.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
    }
    const state = Enabled ? 'Enabled' : 'Disabled';
    await until(async () => {
      const asked = mappings.map((UUID) =>
        this.#client.send(new GetEventSourceMappingCommand({ UUID })),
      );
      return (await Promise.all(asked)).every(({ State }) => State === state);
    });
  }
}
