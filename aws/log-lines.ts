/** Finds what a function logged of one invocation. */
import { type CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';

export interface LogLinesFound {
  readonly lines: readonly { readonly at: number; readonly text: string }[];
  readonly more: boolean;
}

/** Lines of a log group between two times (epoch ms) that hold the id, oldest first. */
export async function linesHolding(
  client: CloudWatchLogsClient,
  logGroupName: string,
  id: string,
  { from, to, limit }: { readonly from: number; readonly to: number; readonly limit: number },
): Promise<LogLinesFound> {
  const { events = [], nextToken } = await client.send(
    new FilterLogEventsCommand({
      logGroupName,
      // A quoted term is found as it is.
      filterPattern: `"${id.replaceAll('"', '')}"`,
      ...{ startTime: from, endTime: to, limit },
    }),
  );
  const lines = events.map(({ timestamp = 0, message = '' }) => ({ at: timestamp, text: message }));
  return { lines, more: nextToken !== undefined };
}
