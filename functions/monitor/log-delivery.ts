import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import type { LogEvent } from '../../core/attempt/deaths-in-log.ts';

/** The event of a subscription: consecutive lines of one log stream that matched its filter. */
export interface LogDelivery {
  /** `/aws/lambda/<function>`. */
  readonly functionName: string;
  readonly logStream: string;
  readonly events: readonly LogEvent[];
}

const LOG_GROUP_PREFIX = '/aws/lambda/';

const schema = z.object({
  messageType: z.string(),
  logGroup: z.string(),
  logStream: z.string(),
  logEvents: z.array(z.object({ timestamp: z.number(), message: z.string() })),
});

/** Unpacks `awslogs.data`: base64 of gzip of JSON. Undefined for CloudWatch's own test message. */
export function readLogDelivery(data: string): LogDelivery | undefined {
  const text = gunzipSync(Buffer.from(data, 'base64')).toString('utf8');
  const { messageType, logGroup, logStream, logEvents } = schema.parse(JSON.parse(text));
  if (messageType !== 'DATA_MESSAGE') return undefined;
  return {
    functionName: logGroup.replace(LOG_GROUP_PREFIX, ''),
    logStream,
    events: logEvents.map(({ timestamp, message }) => ({ at: timestamp, text: message })),
  };
}
