/** What a log subscription passes to a function. */
import { gzipSync } from 'node:zlib';
import type { CloudWatchLogsEvent, Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { build } from '../../functions/monitor/build.ts';
import { readEnv } from '../../functions/monitor/env.ts';
import { coldDeps } from './cold.ts';
import type { Clients } from './functions.ts';

/** A platform record of an end, as Lambda writes it. */
export function platformRecord(
  type: 'initReport' | 'runtimeDone' | 'report',
  record: { requestId?: string; status: string; errorType?: string },
): string {
  const time = '2026-01-01T00:00:00.000Z';
  return JSON.stringify({ time, type: `platform.${type}`, record: { ...record, metrics: {} } });
}

/** The lines of one log stream, packed as CloudWatch packs them. */
export function logsEvent(
  functionName: string,
  lines: readonly string[],
  messageType = 'DATA_MESSAGE',
  at = 1_000,
): CloudWatchLogsEvent {
  const delivery = {
    messageType,
    owner: '000000000000',
    logGroup: `/aws/lambda/${functionName}`,
    logStream: '2026/01/01/[$LATEST]abc',
    subscriptionFilters: ['deaths'],
    logEvents: lines.map((message, n) => ({ id: String(n), timestamp: at + n, message })),
  };
  const data = gzipSync(JSON.stringify(delivery)).toString('base64');
  return { awslogs: { data } };
}

type LogsHandler = (
  event: CloudWatchLogsEvent | SQSEvent,
  context: Context,
) => Promise<SQSBatchResponse | undefined>;

/** Loads the monitor again, as a cold environment does, with SDK clients of its own. */
export async function loadMonitor(): Promise<{
  monitor: LogsHandler;
  clients: readonly Clients[];
}> {
  const deps = coldDeps('monitor');
  const monitor = build({ ...deps, env: readEnv(process.env) });
  return { monitor, clients: [deps] };
}
