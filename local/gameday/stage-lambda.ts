/** Lambda's API of a stage: functions are invoked, and the mappings of a queue switched off. */
import { gzipSync } from 'node:zlib';
import {
  GetEventSourceMappingCommand,
  InvokeCommand,
  type LambdaClient,
  ListEventSourceMappingsCommand,
  TooManyRequestsException,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { arn } from '../template/account.ts';
import type { MetricRecords } from './metric-records.ts';
import { until } from './until.ts';

/** An event that asks for nothing, as the function knows events. */
const NOTHING = { Records: [] };
/** CloudWatch sends it to see whether a subscriber answers. */
const TEST_MESSAGE = {
  messageType: 'CONTROL_MESSAGE',
  owner: 'CloudwatchLogs',
  logGroup: '',
  logStream: '',
  subscriptionFilters: [],
  logEvents: [],
};
const NO_LOGS = {
  awslogs: { data: gzipSync(JSON.stringify(TEST_MESSAGE)).toString('base64') },
};

export class StageLambda {
  readonly #client: LambdaClient;
  readonly #records: MetricRecords;

  constructor(client: LambdaClient, records: MetricRecords) {
    this.#client = client;
    this.#records = records;
  }

  /** With nothing to do unless told. What Lambda does not take is recorded as throttled. */
  async invoke(functionName: string, event?: unknown): Promise<void> {
    const harmless = functionName.endsWith('-monitor') ? NO_LOGS : NOTHING;
    const Payload = JSON.stringify(event ?? harmless);
    const dimensions = { FunctionName: functionName };
    try {
      await this.#client.send(new InvokeCommand({ FunctionName: functionName, Payload }));
    } catch (error) {
      if (!(error instanceof TooManyRequestsException)) throw error;
      this.#records.add({ namespace: 'AWS/Lambda', name: 'Throttles', dimensions, value: 1 });
    }
  }

  /** Whoever reads the queue stops, until the function that this returns is called. */
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
