/** The platform's records of dead environments, and their late delivery to the monitor. */
import { gzipSync } from 'node:zlib';
import type { CloudWatchLogsEvent } from 'aws-lambda';
import { type LogDelivery, piecesOf } from '../../packages/local-lambda/logs/delivery-delay.ts';

interface LogEvent {
  readonly id: string;
  readonly timestamp: number;
  readonly message: string;
}

/** One environment that died, while it loaded or while it handled a request. */
export interface DeadEnvironment {
  readonly requestId: string;
  /** Epoch ms. */
  readonly at: number;
  readonly whileLoading: boolean;
}

/** The monitor's event, and when it comes. */
export interface LateDelivery {
  readonly at: number;
  readonly event: CloudWatchLogsEvent;
}

/** All deliveries of a function's dead environments, in the order in which they come. */
export function lateDeliveries(
  functionName: string,
  dead: readonly DeadEnvironment[],
  delivery: LogDelivery,
  random: () => number,
): LateDelivery[] {
  return dead
    .flatMap((environment) =>
      piecesOf(recordsOf(environment), delivery, random).map(({ events, afterMs }) => ({
        at: environment.at + afterMs,
        event: packed(functionName, environment.requestId, events),
      })),
    )
    .sort((a, b) => a.at - b.at);
}

/** As Lambda writes them: an invocation that waited for a failing init fails as well. */
function recordsOf({ requestId, at, whileLoading }: DeadEnvironment): LogEvent[] {
  const errorType = whileLoading ? 'SyntaxError' : 'Runtime.ExitError';
  const failed = { status: 'error', errorType };
  const time = new Date(at).toISOString();
  const records = [
    ...(whileLoading
      ? [{ type: 'platform.initReport', record: { ...failed, phase: 'init' } }]
      : []),
    { type: 'platform.runtimeDone', record: { ...failed, requestId } },
    { type: 'platform.report', record: { ...failed, requestId } },
  ];
  return records.map((record, n) => ({
    id: `${requestId}-${n}`,
    timestamp: at + n,
    message: JSON.stringify({ time, ...record }),
  }));
}

/** Each environment has a log stream of its own. */
function packed(functionName: string, stream: string, logEvents: LogEvent[]): CloudWatchLogsEvent {
  const delivery = {
    messageType: 'DATA_MESSAGE',
    owner: '000000000000',
    logGroup: `/aws/lambda/${functionName}`,
    logStream: `2026/01/01/[$LATEST]${stream}`,
    subscriptionFilters: ['deaths'],
    logEvents,
  };
  return { awslogs: { data: gzipSync(JSON.stringify(delivery)).toString('base64') } };
}
