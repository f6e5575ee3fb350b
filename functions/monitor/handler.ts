/**
 * `monitor`: sees deaths from outside, in the platform's records of the other functions' logs, and
 * tells each as a crash event. What fails here throws, and Lambda invokes again with the same lines,
 * twice. What fails then is in the function's dead-letter queue, which it reads too, until it is
 * told. All effects may be repeated.
 */
import type { SQSRecord } from 'aws-lambda';
import { z } from 'zod';
import { requiredEnv } from '../../aws/env.ts';
import { componentOf, deathsOf } from '../../core/attempt/deaths.ts';
import { batchResponse } from '../../core/message/batch-response.ts';
import { lanes } from '../../core/message/messages.ts';
import { succeeds } from '../../telemetry/succeeds.ts';
import { logsOrSqsFunction, Tally } from '../../telemetry/telemetry.ts';
import { readLogDelivery } from './log-delivery.ts';
import { RUNS_RESOURCES, tellDeaths } from './tell-deaths.ts';

const COMPONENT = 'monitor';

const stage = requiredEnv('stage');

const keptSchema = z.object({ awslogs: z.object({ data: z.string() }) });

export const handler = logsOrSqsFunction({ component: COMPONENT }).handler(async (event) => {
  if (!('Records' in event)) {
    await watch(event.awslogs.data);
    return undefined;
  }
  return readKept(event.Records);
});

/** Deliveries that failed as often as Lambda tries them. One that fails again waits and comes again. */
async function readKept(records: readonly SQSRecord[]) {
  const tally = new Tally(records.length);
  const told: boolean[] = [];
  for (const { messageId, body } of records) {
    const watchKept = () => watch(keptSchema.parse(JSON.parse(body)).awslogs.data);
    told.push(await succeeds(messageId, watchKept, tally));
  }
  tally.report('kept deliveries');
  return batchResponse(
    records.map(({ messageId }) => messageId),
    told.map((isTold) => (isTold ? 'done' : 'failed')),
  );
}

async function watch(data: string): Promise<void> {
  const delivery = readLogDelivery(data);
  if (delivery === undefined) return;
  const { functionName, logStream, events } = delivery;
  const whose = componentOf(functionName, stage, lanes);
  // Its own log would feed it for ever. No subscription carries it; should one, nothing is told.
  if (whose === undefined || whose.component === COMPONENT) return;

  const tally = new Tally(events.length);
  const deaths = deathsOf(logStream, events, whose.component === RUNS_RESOURCES);
  try {
    await tellDeaths({ ...whose, environment: logStream }, deaths, tally);
  } finally {
    tally.report('deaths', { of: whose.component });
  }
}
