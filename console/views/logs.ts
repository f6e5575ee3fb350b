/** What was logged of one invocation: beside `npm start` from the functions' files, else by CloudWatch. */
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import { linesHolding } from '../../aws/log-lines.ts';
import { functionConfiguration } from '../../cli/function-configuration.ts';
import { askRuntime } from '../../cli/local/ask.ts';
import { lanes } from '../../core/message/messages.ts';
import { LOGS_PATH, type LoggedLine } from '../../packages/local-lambda/control.ts';
import type { LogLines } from '../contract/lives.ts';
import { prefixOf, shortOf } from '../reader/names.ts';
import { parsedQuery } from './query.ts';

const LINES_MAX = 200;
/** Longer than an invocation, and what its platform says after it. */
const SPAN_MS = 20 * 60_000;
const BEFORE_MS = 60_000;

const querySchema = z.strictObject({
  /** As Lambda makes them. */
  request: z.uuid(),
  lane: z.enum(lanes),
  at: z.coerce.number().nonnegative(),
});

export async function localLogs(stage: string, query: URLSearchParams): Promise<LogLines> {
  const { request } = parsedQuery(querySchema, query);
  const found = await askRuntime<LoggedLine>('GET', `${LOGS_PATH}/${request}`);
  const lines = found.slice(0, LINES_MAX).map(({ functionName, line }) => ({
    function: shortOf(stage, functionName),
    text: line,
  }));
  return { lines, more: found.length > LINES_MAX };
}

export async function cloudWatchLogs(stage: string, query: URLSearchParams): Promise<LogLines> {
  const { request, lane, at } = parsedQuery(querySchema, query);
  const name = `validate-${lane}`;
  const FunctionName = `${prefixOf(stage)}${name}`;
  const { LoggingConfig } = await functionConfiguration(FunctionName);
  const group = LoggingConfig?.LogGroup ?? `/aws/lambda/${FunctionName}`;
  const client = new CloudWatchLogsClient();
  const span = { from: at - BEFORE_MS, to: at + SPAN_MS, limit: LINES_MAX };
  const { lines, more } = await linesHolding(client, group, request, span);
  const href = addressOf(await client.config.region(), group, request);
  return { lines: lines.map((line) => ({ ...line, function: name })), more, href };
}

/** Of the log group in AWS's own console, filtered. It decodes twice, with `$` for `%`. */
function addressOf(region: string, group: string, request: string): string {
  const once = (text: string) => encodeURIComponent(text).replaceAll('%', '$25');
  const filter = `$3FfilterPattern$3D${once(`"${request}"`)}`;
  const base = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}`;
  return `${base}#logsV2:log-groups/log-group/${once(group)}/log-events${filter}`;
}
