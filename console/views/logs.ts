/** The log of one invocation, as `message show --logs` prints it. */
import { z } from 'zod';
import { invocationLog } from '../../cli/message/logs.ts';
import { lanes } from '../../core/message/messages.ts';
import type { LogLines } from '../contract/message-lives.ts';
import { parsedQuery } from './query.ts';

const querySchema = z.strictObject({
  /** Lambda's request ids are UUIDs. */
  request: z.uuid(),
  lane: z.enum(lanes),
  at: z.coerce.number().nonnegative(),
});

export function logsView(stage: string, query: URLSearchParams, local: boolean): Promise<LogLines> {
  const { request: requestId, lane, at } = parsedQuery(querySchema, query);
  return invocationLog({ requestId, lane, at }, stage, local);
}
