/**
 * The ending of every message, from the tables alone.
 *
 * Each message ends as exactly one of stored, rejected and dead-lettered (R04). Stored is a message
 * whose resource is in Resources, and also one that a newer submission of the same resource has
 * superseded. A message in no table is pending; once the queues are empty, it is lost.
 */
export interface Submitted {
  /** The key of its resource, if it has one. */
  readonly pk: string | undefined;
  /** Epoch ms just before it was sent: its SentTimestamp is not earlier. */
  readonly sentAfterMs: number;
}

/** An item of Resources. */
export interface StoredItem {
  readonly pk: string;
  readonly messageId: string;
  readonly sentAt: number;
}

/** An item of Quarantine. `kind` is present once the message is quarantined. */
export interface QuarantineItem {
  readonly pk: string;
  readonly status: string;
  readonly kind?: string;
}

export interface Account {
  readonly submitted: number;
  readonly stored: number;
  readonly rejected: number;
  readonly deadLettered: number;
  /** Message ids found in no table, or not finished there. */
  readonly pending: readonly string[];
  /** Second effects of one message: two items of its own, or stored as well as quarantined. */
  readonly duplicates: number;
}

type End = 'stored' | 'rejected' | 'deadLettered' | 'pending';

/** @param ledger what SQS accepted, by message id. */
export function account(
  ledger: ReadonlyMap<string, Submitted>,
  resources: readonly StoredItem[],
  quarantine: readonly QuarantineItem[],
): Account {
  const current = new Map(resources.map((item) => [item.pk, item]));
  const own = countBy(resources, ({ messageId }) => messageId);
  const troubles = new Map(quarantine.map((item) => [item.pk, item]));
  const counts = { stored: 0, rejected: 0, deadLettered: 0, pending: 0 };
  const pending: string[] = [];
  let duplicates = 0;
  for (const [messageId, submitted] of ledger) {
    const items = own.get(messageId) ?? 0;
    const quarantined = quarantineEnd(troubles.get(messageId));
    const end = quarantined ?? storedEnd(items, submitted, current);
    counts[end] += 1;
    if (end === 'pending') pending.push(messageId);
    duplicates += Math.max(0, items + (quarantined === undefined ? 0 : 1) - 1);
  }
  const { stored, rejected, deadLettered } = counts;
  return { submitted: ledger.size, stored, rejected, deadLettered, pending, duplicates };
}

/** @returns undefined for a message that is not quarantined, or no longer. */
function quarantineEnd(item: QuarantineItem | undefined): End | undefined {
  if (item?.status !== 'quarantined') return undefined;
  return item.kind === 'rejection' ? 'rejected' : 'deadLettered';
}

function storedEnd(
  items: number,
  { pk, sentAfterMs }: Submitted,
  current: ReadonlyMap<string, StoredItem>,
): End {
  if (items > 0) return 'stored';
  const newer = pk === undefined ? undefined : current.get(pk);
  return newer !== undefined && newer.sentAt >= sentAfterMs ? 'stored' : 'pending';
}

function countBy<T>(items: readonly T[], key: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
}
