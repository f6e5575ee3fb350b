/**
 * How many messages of a source are taken of one minute.
 *
 * A message counts to the minute in which it was sent, not to that of its processing: a backlog that
 * drains after an outage is no flood. The count is the fleet's, one number a source and minute; each
 * batch adds its own messages at once and is told the sum (aws/rates-table.ts). So the price
 * is a write a batch, not a message, and of sources without a rate there is none.
 *
 * Where the fleet's count is not known, messages pass: a table that is slow is no reason to turn
 * patients away. Meanwhile each environment goes by what it took of that minute itself (R50). Once
 * that alone is the rate, the rest of the minute is surplus, whatever the others took.
 *
 * Which messages of a batch are the surplus is their order in it. A message that is delivered twice
 * may count twice; what came again is a suspect and no longer asked. Exactly the rate is still taken.
 */
const MINUTE_MS = 60_000;

/** The minute of a message: of which source, and when it began, epoch ms. */
export interface SentMinute {
  readonly source: string;
  readonly startsAt: number;
}

export function sentMinute(source: string, sentAt: number): SentMinute {
  return { source, startsAt: sentAt - (sentAt % MINUTE_MS) };
}

/**
 * How many of the messages that a batch has just added are taken.
 * @param added messages of the batch
 * @param total all of that minute so far, these included
 */
export function takenOf(added: number, total: number, ratePerMinute: number): number {
  const room = ratePerMinute - (total - added);
  return Math.max(0, Math.min(added, room));
}

/**
 * How many of the messages of a batch are taken while nobody knows the total.
 * @param takenHere what this environment took of that minute before
 */
export function takenUnsure(added: number, takenHere: number, ratePerMinute: number): number {
  return takenHere < ratePerMinute ? added : 0;
}
