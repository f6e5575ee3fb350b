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

/**
 * How long a message waits at least if the write that would have ended it has no answer. That write may still
 * take effect, and must do so before another delivery, which may come to another verdict (R04).
 */
export const LATE_WRITE_SECONDS = 60;

/** Seconds until a message that was received `receiveCount` times is made visible again. */
export function backOffSeconds(receiveCount: number, isUnanswered = false): number {
  const doublings = Math.min(Math.max(0, receiveCount - 1), 10);
  const seconds = Math.min(SECONDS_MAX, 2 ** doublings);
  return isUnanswered ? Math.max(LATE_WRITE_SECONDS, seconds) : seconds;
}
