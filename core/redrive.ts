/**
 * What a redrive does with one entry of Quarantine.
 *
 * A redrive is named by the time before which its entries were quarantined. It takes each entry at
 * most once: what comes back is quarantined later than that time, and carries the redrive's name as
 * well, should the operator's clock be wrong. So an interrupted redrive goes on by being run again
 * with the same time, and a fix that does not fix makes no endless loop.
 *
 * The entry is marked first, then the message is sent, then it is marked as sent. A death in between
 * leaves a mark without a sending, which any later redrive finishes: the message may be sent twice
 * then, which is harmless (R04), but never not at all.
 */
import type { QuarantineStatus } from './attempts.ts';
import type { CrashKind } from './verdict.ts';

/** Who sent an entry back, when and why: the last redrive of its record. Times are epoch ms. */
export interface RedriveMark {
  readonly before: number;
  readonly at: number;
  readonly by: string;
  readonly why?: string | undefined;
  /** Absent until the queue has taken the message. */
  readonly sentAt?: number | undefined;
}

/** How an earlier round ended, kept when the next one begins. */
export interface PastRound {
  readonly quarantinedAt: number;
  readonly kind: string;
  readonly reason: string;
  readonly crash?: CrashKind | undefined;
  readonly fingerprint: string;
  readonly attempts: number;
  readonly redrivenAt: number;
  readonly by: string;
  readonly why?: string | undefined;
}

export interface RedrivableEntry {
  readonly status: QuarantineStatus;
  readonly quarantinedAt?: number | undefined;
  readonly redrive?: RedriveMark | undefined;
}

export type SkipReason = 'newer' | 'came back' | 'under way' | 'ended';

export type RedriveStep =
  | { readonly kind: 'begin' }
  /** An earlier redrive died before it could say that it had sent. */
  | { readonly kind: 'finish' }
  | { readonly kind: 'skip'; readonly because: SkipReason };

/** An entry quarantined exactly at `before` is still taken. */
export function decideRedrive(entry: RedrivableEntry, before: number): RedriveStep {
  switch (entry.status) {
    case 'quarantined':
      if (entry.redrive?.before === before) return { kind: 'skip', because: 'came back' };
      if ((entry.quarantinedAt ?? 0) > before) return { kind: 'skip', because: 'newer' };
      return { kind: 'begin' };
    case 'redriven':
      if (entry.redrive?.sentAt === undefined) return { kind: 'finish' };
      return { kind: 'skip', because: 'under way' };
    case 'in-isolation':
      return { kind: 'skip', because: 'under way' };
    case 'discarded':
    case 'stored':
    case 'delivered':
      return { kind: 'skip', because: 'ended' };
  }
}

/** Rounds kept of one record, so that it stays within what an item may hold. */
const ROUNDS_MAX = 20;
const REASON_CHARACTERS_MAX = 256;

/** The rounds so far, and the one that ends with a redrive. */
export function roundsAfter(
  past: readonly PastRound[],
  ended: Omit<PastRound, 'redrivenAt' | 'by' | 'why'>,
  { at, by, why }: RedriveMark,
): readonly PastRound[] {
  const reason = ended.reason.slice(0, REASON_CHARACTERS_MAX);
  return [...past, { ...ended, reason, redrivenAt: at, by, why }].slice(-ROUNDS_MAX);
}
