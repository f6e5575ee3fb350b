/**
 * How CloudWatch Logs delivers lines to a subscriber: seconds later, sometimes in several
 * deliveries, and at least once.
 */
export type LogDelivery = {
  /** Maximum delay of a line in ms. The minimum is half of it. Default: 0. */
  delayMs?: number;
  /**
   * Whether lines of one moment may come in several deliveries with different delays. Then the
   * record of an init never comes together with the following one.
   */
  inPieces?: boolean;
  /** Probability that a delivery is repeated, 0 to 1. Default: 0. */
  repeats?: number;
};

type Piece<E> = { events: E[]; afterMs: number };

const CUT_SHARE = 0.5;

/** The deliveries of the gathered lines of one stream, each with its delay. */
export function piecesOf<E extends { message: string }>(
  events: readonly E[],
  { delayMs = 0, inPieces = false, repeats = 0 }: LogDelivery,
  random: () => number,
): Piece<E>[] {
  const delivered = (part: E[]): Piece<E> => ({
    events: part,
    afterMs: Math.round(delayMs / 2 + (random() * delayMs) / 2),
  });
  return (inPieces ? cut(events, random) : [[...events]]).flatMap((part) =>
    random() < repeats ? [delivered(part), delivered(part)] : [delivered(part)],
  );
}

function cut<E extends { message: string }>(events: readonly E[], random: () => number): E[][] {
  const parts: E[][] = [];
  let open: E[] | undefined;
  for (const event of events) {
    if (open === undefined || random() < CUT_SHARE) {
      open = [];
      parts.push(open);
    }
    open.push(event);
    if (event.message.includes('"platform.initReport"')) open = undefined;
  }
  return parts;
}
