/**
 * Which messages were in an execution environment that died (R03)?
 *
 * SQS cannot say. Its receive count also grows when Lambda throttles, when our own tables fail and when
 * time runs out. Treating that as a death would send a healthy backlog into isolation, which is slower, so
 * the system would stay slow. So an environment writes a mark, the ids of the messages of its batch, before
 * it loads the first body. Its next batch overwrites the mark. The mark is emptied only where messages are
 * given back. What a mark still names when its lease is over was in an environment that died.
 *
 * Think of the log book of a mine: everybody who goes in is written down, and whoever is still in the book
 * long after the shift is searched for. Nobody reads the pages of the current shift.
 *
 * How the times fit together: a received message is hidden for `visibilityMs`, at least six times the
 * function's timeout. A lease ends one timeout earlier, so when SQS shows the messages of a dead
 * environment again, its lease is over. Until a lease ends, no reader sees its mark: the messages are
 * running, or hidden.
 *
 * Rejected: a record for each message, which costs a write each; and a mark keyed by its opening time,
 * which has to be moved for each batch, two writes.
 */
import assert from 'node:assert/strict';

export interface InFlightPolicy {
  /** The function's timeout: no batch runs longer. */
  readonly functionTimeoutMs: number;
  /** How long SQS hides a received message, on each queue that the function reads. */
  readonly visibilityMs: number;
}

/** Clocks of two environments differ by less than this, if the visibility timeout leaves as much. */
const CLOCKS_DIFFER_MS = 5_000;

/** Time between the end of a lease and the moment when SQS shows its messages. */
function slackMs({ functionTimeoutMs, visibilityMs }: InFlightPolicy): number {
  return Math.min(functionTimeoutMs, (visibilityMs - functionTimeoutMs) / 2);
}

/** How long a batch may still run after its mark was opened, by another machine's clock. */
function runningMaxMs(policy: InFlightPolicy): number {
  return policy.functionTimeoutMs + Math.min(CLOCKS_DIFFER_MS, slackMs(policy));
}

/**
 * End of the lease (epoch ms) for a batch that begins now. It is the environment's current lease if
 * the batch ends within it.
 */
export function leaseEnd(held: number | undefined, now: number, policy: InFlightPolicy): number {
  const { visibilityMs, functionTimeoutMs } = policy;
  assert(visibilityMs > functionTimeoutMs, 'a batch must end before its messages are shown again');
  if (held !== undefined && now + runningMaxMs(policy) <= held) return held;
  return now + visibilityMs - slackMs(policy);
}

/**
 * How long the search for ended leases need not be repeated: messages named by a lease that ended since are
 * still hidden.
 */
export function searchedForMs(policy: InFlightPolicy): number {
  return Math.min(CLOCKS_DIFFER_MS, slackMs(policy)) / 2;
}

/** How often SQS says that a message was received, and when first (epoch ms). */
export interface Receipt {
  readonly receives: number;
  readonly firstReceivedAt: number;
}

/**
 * Whether the message may have been in an environment before. The count is approximate, so the time of the
 * first receive is checked too.
 */
export function mayHaveRunBefore(
  { receives, firstReceivedAt }: Receipt,
  now: number,
  { functionTimeoutMs }: Pick<InFlightPolicy, 'functionTimeoutMs'>,
): boolean {
  return receives > 1 || now - firstReceivedAt > functionTimeoutMs;
}

/**
 * How long the first delivery of a message may still run, by another machine's clock. SQS may deliver a message
 * twice at once. Each delivery could end it in its own way, and the first one reads no ending before it writes its
 * own (R04). So the second one waits. It knows by its receive count that it is the second one.
 *
 * Rejected: reading after each write whether another ending stands too. Each healthy message would cost a read.
 */
export function firstMayRunMs(
  { firstReceivedAt }: Pick<Receipt, 'firstReceivedAt'>,
  now: number,
  policy: InFlightPolicy,
): number {
  const runningMs = runningMaxMs(policy);
  return Math.min(runningMs, Math.max(0, firstReceivedAt + runningMs - now));
}

/** How long a second delivery must wait for the first one; 0 if this is the first, or the first has ended. */
export function waitForFirstMs(receipt: Receipt, now: number, policy: InFlightPolicy): number {
  return receipt.receives > 1 ? firstMayRunMs(receipt, now, policy) : 0;
}
