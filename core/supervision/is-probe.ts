import type { SQSEvent } from 'aws-lambda';
import { PROBE_PROPERTY } from './supervisor-messages.ts';

/**
 * Whether the supervisor itself invokes the function, with one message, to learn whether the lane works
 * (R33). The mark is beside the records: a producer, who writes only what is in them, cannot set it.
 */
export function isProbe(event: SQSEvent): boolean {
  return PROBE_PROPERTY in event;
}
