/**
 * The tenant that a message is of, as SQS's fair queues know it: its source.
 *
 * A source that floods a queue steps back behind the quiet ones, if each message says by its
 * MessageGroupId whose it is; one without counts as a tenant of its own, so a flood of those is
 * never noticed. Every hop between our queues sets it anew from the source, for SQS keeps none.
 *
 * SQS takes 1 to 128 letters, digits and ASCII punctuation; a label may hold anything. What SQS would
 * refuse is escaped and cut. Two labels may share a group then, which costs fairness and nothing else.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
 */
const CHARACTERS_MAX = 128;
const TAKEN_BY_SQS = /^[!-~]{1,128}$/;

/** MessageGroupId of a source's messages. `source` has at least one character. */
export function groupIdOf(source: string): string {
  if (TAKEN_BY_SQS.test(source)) return source;
  return encodeURIComponent(source.toWellFormed()).slice(0, CHARACTERS_MAX);
}
