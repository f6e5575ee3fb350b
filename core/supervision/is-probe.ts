import type { SQSEvent } from 'aws-lambda';
import { PROBE_PROPERTY } from './supervisor-messages.ts';

/**
 * Whether the supervisor invokes the function with one message, to learn whether the lane works
 * (R33). The mark is next to the records: a producer can write only what is inside of them.
 */
export function isProbe(event: SQSEvent): boolean {
  return PROBE_PROPERTY in event;
}
