/**
 * The tenant of a message for SQS's fair queues: its source.
 *
 * SQS delivers the messages of a source that floods a queue after those of the quiet ones, if each message
 * names its source in MessageGroupId. A message without one counts as a tenant of its own, so a flood of
 * those is never noticed. Every hop between our queues sets it again from the source, because SQS does not
 * keep it.
 *
 * SQS accepts 1 to 128 letters, digits and ASCII punctuation; a label may hold anything. What SQS would
 * refuse is escaped and cut. Two labels may then share a group, which costs fairness and nothing else.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
 */
const CHARACTERS_MAX = 128;
const TAKEN_BY_SQS = /^[!-~]{1,128}$/;

/** MessageGroupId of a source's messages. `source` has at least one character. */
export function groupIdOf(source: string): string {
  if (TAKEN_BY_SQS.test(source)) return source;
  return encodeURIComponent(source.toWellFormed()).slice(0, CHARACTERS_MAX);
}
