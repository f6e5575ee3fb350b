/**
 * `validate`: judges resources in isolation. One code for a lane's queue and its isolation queue,
 * told apart by where a batch comes from.
 */
import { availableParallelism } from 'node:os';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { isGroup } from '../../aws/suspect-group.ts';
import { batchResponse, type Settlement } from '../../core/message/batch-response.ts';
import { isProbe } from '../../core/supervision/probe.ts';
import { validateAlone } from './alone.ts';
import { entryUrl } from './entry-url.ts';
import { COMPONENT, environment, machine, settings, telemetry, traces } from './environment.ts';
import { validateGroup } from './group.ts';
import { InFlight } from './in-flight.ts';
import { validateLaneBatch } from './lane-batch.ts';
import { loadPlugins } from './plugins/load-plugins.ts';
import { validationPool } from './validation-pool.ts';
import { validationProcess } from './validation-process.ts';

const { chaos, inFlightTable, lane, laneQueueArn } = environment;
const {
  deadlineMs,
  functionTimeoutMs,
  visibilityMs,
  heapOldMb,
  heapYoungMb,
  issuesMax,
  pluginMemoryMb,
} = settings;
const plugins = loadPlugins(settings.plugins, pluginMemoryMb, import.meta.url);

const undecided = environment.terminologyEndpoint !== undefined;
const options = { chaos, issuesMax, undecided };
const confinement = { deadlineMs, heapOldMb, heapYoungMb };

/** Started while loading, so that the first batch finds its workers warm. */
export const pool = validationPool({
  ...confinement,
  options: { ...options, plugins },
  url: entryUrl('worker'),
  size: availableParallelism(),
});
const ownProcess = validationProcess(entryUrl('own-process'), {
  ...confinement,
  options,
  plugins: settings.plugins,
  pluginMemoryMb,
});

const inFlight = new InFlight(
  { ...machine, table: inFlightTable, lane, id: machine.randomId(), logger: telemetry.logger },
  { functionTimeoutMs, visibilityMs },
);

export const handler = telemetry.handler<SQSEvent, SQSBatchResponse>(
  { component: COMPONENT, lane },
  (event, context) => traces.receiving(event.Records, context, () => validate(event, context)),
);

async function validate(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const { Records: records } = event;
  if (records.every((record) => record.eventSourceARN === laneQueueArn)) {
    return validateLaneBatch(records, context, {
      pool,
      inFlight,
      probing: isProbe(event),
    });
  }
  // The mapping's batch size is 1. Were it more, only the first may run: alone means alone.
  const [first] = records;
  return batchResponse(
    records.map((record) => record.messageId),
    first === undefined ? [] : [await validateIsolated(first, context)],
  );
}

function validateIsolated(record: SQSRecord, context: Context): Promise<Settlement> {
  return isGroup(record)
    ? validateGroup(record, context, { ownProcess, inFlight })
    : validateAlone(record, context, { pool, ownProcess });
}
