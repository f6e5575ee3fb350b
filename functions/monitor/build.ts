/**
 * `monitor`: sees deaths from outside, in the platform's records of the other functions' logs, and
 * publishes each as a crash event. If that fails it throws, and Lambda invokes it again with the same
 * lines, twice. What fails then is in the function's dead-letter queue, which it also reads, until it
 * succeeds. All effects may be repeated.
 */
import type { CloudWatchLogsEvent, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import type { Clients } from '../../aws/clients.ts';
import type { Surroundings } from '../../aws/surroundings.ts';
import { componentOf, deathsOf } from '../../core/attempt/deaths-in-log.ts';
import { batchResponse } from '../../core/message/batch-response.ts';
import { lanes } from '../../core/message/messages.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { MonitorEnv } from './env.ts';
import { readLogDelivery } from './log-delivery.ts';
import { type DeathSinks, publishDeaths, RUNS_RESOURCES } from './publish-deaths.ts';

const COMPONENT = 'monitor';

const keptSchema = z.object({ awslogs: z.object({ data: z.string() }) });

export interface MonitorDeps extends Surroundings, Pick<Clients, 'dynamo' | 'sns'> {
  readonly env: MonitorEnv;
}

interface Parts extends DeathSinks {
  readonly stage: string;
  readonly telemetry: Telemetry;
}

export function build({ env, dynamo, sns, telemetry }: MonitorDeps) {
  const { stage, crashesTopicArn, quarantineTable } = env;
  const parts: Parts = {
    stage,
    telemetry,
    topic: { arn: crashesTopicArn, sns },
    table: { name: quarantineTable, dynamo },
    logger: telemetry.logger,
  };
  return telemetry.handler<CloudWatchLogsEvent | SQSEvent, SQSBatchResponse | undefined>(
    { component: COMPONENT },
    async (event) => {
      if ('Records' in event) return readKept(parts, event.Records);
      await watch(parts, event.awslogs.data);
      return undefined;
    },
  );
}

/**
 * Reads log deliveries that failed at every try of Lambda. One that fails again waits and comes
 * again.
 */
async function readKept(parts: Parts, records: readonly SQSRecord[]) {
  const tally = parts.telemetry.tally(records.length);
  const published: boolean[] = [];
  for (const { messageId, body } of records) {
    const watchKept = () => watch(parts, keptSchema.parse(JSON.parse(body)).awslogs.data);
    published.push(await tally.succeeds(messageId, watchKept));
  }
  tally.report('kept deliveries');
  return batchResponse(
    records.map(({ messageId }) => messageId),
    published.map((isPublished) => (isPublished ? 'done' : 'failed')),
  );
}

async function watch(parts: Parts, data: string): Promise<void> {
  const { stage, telemetry } = parts;
  const delivery = readLogDelivery(data);
  if (delivery === undefined) return;
  const { functionName, logStream, events } = delivery;
  const dead = componentOf(functionName, stage, lanes);
  // Its own log would feed it for ever. No subscription delivers it; if one does, nothing is published.
  if (dead === undefined || dead.component === COMPONENT) return;

  const tally = telemetry.tally(events.length);
  const deaths = deathsOf(logStream, events, dead.component === RUNS_RESOURCES);
  try {
    await publishDeaths(parts, { ...dead, environment: logStream }, deaths, tally);
  } finally {
    tally.report('deaths', { of: dead.component });
  }
}
