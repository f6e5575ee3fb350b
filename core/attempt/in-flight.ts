/**
 * Which messages were in an execution environment that died (R03)?
 *
 * SQS cannot say. Its receive count also grows when Lambda throttles, when our own tables fail and
 * when time runs out, and taking it for a death sends a healthy backlog into isolation: slowness
 * causes isolation, isolation is slower, so it stays. So an environment writes a mark, the ids of
 * the messages of its batch, before it loads the first body. Its next batch overwrites the mark; it
 * is emptied only where messages are given back. What a mark still names when its lease is over was
 * in an environment that died.
 *
 * Think of a guest book at a mine: everybody writes down who goes in, and who is still in the book
 * long after the shift is looked for. Nobody reads the pages of the shift that is going on.
 *
 * The times fit together as follows. A received message is hidden for `visibilityMs`, at least six
 * times the function's timeout. A lease ends a timeout earlier than that, so when SQS shows the
 * messages of a dead environment again, their mark is over. Until a lease ends, no reader sees its
 * mark: its messages are running, or hidden.
 *
 * Not chosen: a record for each message, which costs a write for each; a mark by its opening time,
 * which has to be moved for each batch, two writes.
 */
import assert from 'node:assert/strict';

export interface InFlightPolicy {
  /** The timeout of the function: no batch runs longer. */
  readonly functionTimeoutMs: number;
  /** For so long SQS hides a message that was received, on each queue that the function reads. */
  readonly visibilityMs: number;
}

/** Clocks of two environments differ by less, where the visibility timeout leaves as much. */
const CLOCKS_DIFFER_MS = 5_000;

/** Between the end of a lease and the showing of its messages. */
function slackMs({ functionTimeoutMs, visibilityMs }: InFlightPolicy): number {
  return Math.min(functionTimeoutMs, (visibilityMs - functionTimeoutMs) / 2);
}

/** The longest that a batch may still run after its mark was opened, on another machine's clock. */
function runningMaxMs(policy: InFlightPolicy): number {
  return policy.functionTimeoutMs + Math.min(CLOCKS_DIFFER_MS, slackMs(policy));
}

/**
 * When the lease ends under which a batch that begins now is marked, epoch ms: the one that the
 * environment holds, as long as the batch ends within it.
 */
export function leaseEnd(held: number | undefined, now: number, policy: InFlightPolicy): number {
  const { visibilityMs, functionTimeoutMs } = policy;
  assert(visibilityMs > functionTimeoutMs, 'a batch must end before its messages are shown again');
  if (held !== undefined && now + runningMaxMs(policy) <= held) return held;
  return now + visibilityMs - slackMs(policy);
}

/**
 * For so long the search for ended leases need not be repeated: what a lease that ended since then
 * names is still hidden.
 */
export function searchedForMs(policy: InFlightPolicy): number {
  return Math.min(CLOCKS_DIFFER_MS, slackMs(policy)) / 2;
}

/** What SQS says of how often a message was received, and when first (epoch ms). */
export interface Receipt {
  readonly receives: number;
  readonly firstReceivedAt: number;
}

/**
 * Whether the message may have been in an environment before. The count is approximate, so the time
 * of the first receive is asked too.
 */
export function mayHaveRunBefore(
  { receives, firstReceivedAt }: Receipt,
  now: number,
  { functionTimeoutMs }: InFlightPolicy,
): boolean {
  return receives > 1 || now - firstReceivedAt > functionTimeoutMs;
}
