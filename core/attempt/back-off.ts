/**
 * How long a message waits after a fault of our own (R09).
 *
 * With `ReportBatchItemFailures` Lambda does not slow its polling when items fail, so backing off is our
 * job: each receive doubles the wait, from one second to five minutes. The upper bound keeps recovery
 * quick, and still stretches the 1000 receives of the native redrive to three days.
 *
 * It has no random part: the messages of one fault were received at different times anyway.
 */
const SECONDS_MAX = 300;

/** Seconds until a message that was received `receiveCount` times is made visible again. */
export function backOffSeconds(receiveCount: number): number {
  const doublings = Math.min(Math.max(0, receiveCount - 1), 10);
  return Math.min(SECONDS_MAX, 2 ** doublings);
}
