/**
 * How many messages of a source are accepted of one minute.
 *
 * A message counts in the minute in which it was sent, not in that of its processing: a backlog that drains
 * after an outage is no flood. The count is the fleet's, one number a source and minute; each batch adds
 * its own messages at once and gets the sum (aws/rates-table.ts). So the price is a write a batch, not a
 * message, and nothing for sources without a rate.
 *
 * If the fleet's count is not known, messages pass: a slow table is no reason to turn patients away.
 * Meanwhile each environment goes by what it accepted of that minute itself (R50). Once that alone is the
 * rate, the rest of the minute is surplus, whatever the others accepted.
 *
 * The order in the batch decides which messages are the surplus. A message that is delivered twice may
 * count twice; a redelivered message is a suspect and no longer counted. Exactly the rate is still
 * accepted.
 */
const MINUTE_MS = 60_000;

/** A minute of a source. It begins at `startsAt`, epoch ms. */
export interface SentMinute {
  readonly source: string;
  readonly startsAt: number;
}

export function sentMinute(source: string, sentAt: number): SentMinute {
  return { source, startsAt: sentAt - (sentAt % MINUTE_MS) };
}

/**
 * How many of the messages that a batch has just added are accepted.
 * @param added messages of the batch
 * @param total all of that minute so far, these included
 */
export function takenOf(added: number, total: number, ratePerMinute: number): number {
  const room = ratePerMinute - (total - added);
  return Math.max(0, Math.min(added, room));
}

/**
 * How many messages of a batch are accepted while the total is unknown.
 * @param takenHere what this environment accepted of that minute before
 */
export function takenUnsure(added: number, takenHere: number, ratePerMinute: number): number {
  return takenHere < ratePerMinute ? added : 0;
}
