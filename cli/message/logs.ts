/**
 * The log of one invocation: from the functions' files if `npm start` runs them, otherwise from
 * CloudWatch.
 */
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { linesHolding } from '../../aws/log-lines.ts';
import type { MessageLife } from '../../core/message/message-life.ts';
import type { Lane } from '../../core/message/messages.ts';
import { LOGS_PATH, type LoggedLine } from '../../packages/local-lambda/control.ts';
import { OVER_PROXY } from '../../terminal/proxy.ts';
import { askRuntime, shortOf } from '../local/ask.ts';
import { findFunction } from '../stage-function.ts';

const LINES_MAX = 200;
/** Longer than an invocation, and what Lambda logs after it. */
const SPAN_MS = 20 * 60_000;
const BEFORE_MS = 60_000;

/** One invocation of `validate`. */
export interface Invocation {
  readonly requestId: string;
  readonly lane: Lane;
  /** Start of the invocation, epoch ms. */
  readonly at: number;
}

export interface InvocationLog {
  /** Oldest first. */
  readonly lines: readonly {
    /** Epoch ms. Absent if the time of the line is not known. */
    readonly at?: number;
    /** Without the stage's prefix. */
    readonly function: string;
    readonly text: string;
  }[];
  /** There are more lines than these. */
  readonly more: boolean;
  /** Address of the lines in AWS's own console. */
  readonly href?: string;
}

export interface AttemptLog extends InvocationLog {
  readonly requestId: string;
}

/**
 * The log of each attempt of a message that ran alone, in the order of the attempts.
 * @param local whether `npm start` ran them
 */
export function attemptLogs(
  life: MessageLife,
  stage: string,
  local: boolean,
): Promise<AttemptLog[]> {
  const begun = new Map<string, number>();
  for (const { requestId, at } of life.steps) {
    if (requestId !== undefined && !begun.has(requestId)) begun.set(requestId, at ?? life.sentAt);
  }
  return Promise.all(
    [...begun].map(async ([requestId, at]) => ({
      requestId,
      ...(await invocationLog({ requestId, lane: life.lane, at }, stage, local)),
    })),
  );
}

/** @throws UsageError, NoRuntime, TargetError */
export const invocationLog = (invocation: Invocation, stage: string, local: boolean) =>
  local ? localLog(invocation) : cloudWatchLog(stage, invocation);

async function localLog({ requestId }: Invocation): Promise<InvocationLog> {
  const found = await askRuntime<LoggedLine>('GET', `${LOGS_PATH}/${requestId}`);
  const lines = found.slice(0, LINES_MAX).map(({ functionName, line }) => ({
    function: shortOf(functionName),
    text: line,
  }));
  return { lines, more: found.length > LINES_MAX };
}

async function cloudWatchLog(stage: string, invocation: Invocation): Promise<InvocationLog> {
  const { requestId, lane, at } = invocation;
  const name = `validate-${lane}`;
  const { name: functionName, configuration } = await findFunction(stage, name);
  const group = configuration.LoggingConfig?.LogGroup ?? `/aws/lambda/${functionName}`;
  const client = new CloudWatchLogsClient(OVER_PROXY);
  const span = { from: at - BEFORE_MS, to: at + SPAN_MS, limit: LINES_MAX };
  const { lines, more } = await linesHolding(client, group, requestId, span);
  const href = addressOf(await client.config.region(), group, requestId);
  return { lines: lines.map((line) => ({ ...line, function: name })), more, href };
}

/** The filtered log group in AWS's own console. It decodes twice, with `$` for `%`. */
function addressOf(region: string, group: string, requestId: string): string {
  const once = (text: string) => encodeURIComponent(text).replaceAll('%', '$25');
  const filter = `$3FfilterPattern$3D${once(`"${requestId}"`)}`;
  const base = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}`;
  return `${base}#logsV2:log-groups/log-group/${once(group)}/log-events${filter}`;
}
