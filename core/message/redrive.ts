/**
 * What a redrive does with one entry of Quarantine.
 *
 * A redrive is named by the time before which its entries were quarantined. It takes each entry at most
 * once: what comes back is quarantined later than that time, and also carries the redrive's name, in case
 * the operator's clock is wrong. So an interrupted redrive is resumed by running it again with the same
 * time, and a fix that does not work makes no endless loop.
 *
 * Each redrive begins a round of its entry, as a heart-beat of Raft begins a term. The message carries its
 * round, and what belongs to an older one (a copy, an attempt, a late dead letter) changes nothing (R02):
 * the entry's conditions compare both.
 *
 * The redrive is announced in the entry, then the message is sent, then the round is raised. Until then the
 * entry is quarantined as before. A death before the sending leaves all as it was. After a death later, the
 * message's own first run raises the round, so nothing waits for an operator. The message may be sent
 * twice, which is harmless (R04). Rejected: raising the round first. A death before the sending would leave
 * an entry that waits for a message that nobody sent.
 */

import type { CrashKind } from '../../packages/isolation/death.ts';
import type { QuarantineStatus } from '../attempt/attempts.ts';

/** Who sent an entry back, when and why: the last redrive of its record. Times are epoch ms. */
export interface RedriveMark {
  readonly before: number;
  readonly at: number;
  readonly by: string;
  readonly why?: string | undefined;
  /** Absent while the redrive is only announced. */
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
  /** An older version of this code marked it, and died before it could record that it had sent. */
  | { readonly kind: 'finish' }
  | { readonly kind: 'skip'; readonly because: SkipReason };

/** An entry quarantined exactly at `before` is included. */
export function decideRedrive(entry: RedrivableEntry, before: number): RedriveStep {
  switch (entry.status) {
    case 'quarantined':
      if (cameBackFrom(entry.redrive, before)) return { kind: 'skip', because: 'came back' };
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

/** A redrive that was only announced has sent nothing that could have come back. */
function cameBackFrom(mark: RedriveMark | undefined, before: number): boolean {
  return mark?.sentAt !== undefined && mark.before === before;
}

/** Maximum number of rounds kept in a record, so that it fits into an item. */
const ROUNDS_MAX = 20;
const REASON_CHARACTERS_MAX = 256;

/** The earlier rounds, and the one that ends with this redrive. */
export function roundsAfter(
  past: readonly PastRound[],
  ended: Omit<PastRound, 'redrivenAt' | 'by' | 'why'>,
  { at, by, why }: RedriveMark,
): readonly PastRound[] {
  const reason = ended.reason.slice(0, REASON_CHARACTERS_MAX);
  return [...past, { ...ended, reason, redrivenAt: at, by, why }].slice(-ROUNDS_MAX);
}

/** What happened to a message after its redrive. */
export type Aftermath =
  | 'stored'
  | 'delivered'
  | 'rejected again'
  | 'dead-lettered again'
  | 'refused by the server again'
  | 'discarded'
  | 'still waiting';

const AGAIN: Readonly<Record<string, Aftermath>> = {
  rejection: 'rejected again',
  'dead-letter': 'dead-lettered again',
  undelivered: 'refused by the server again',
};

/**
 * @param sent the entry when its message was sent, and the round that it is in since: what the entry says
 * of an older round is not about this message.
 */
export function aftermathOf(
  { status, kind = '', round = 0, quarantinedAt }: SentBack,
  sent: SentAs,
): Aftermath {
  switch (status) {
    case 'stored':
    case 'delivered':
    case 'discarded':
      return status;
    case 'quarantined':
      // It may come back before the sender has raised the round.
      return round >= sent.round || quarantinedAt !== sent.quarantinedAt
        ? (AGAIN[kind] ?? 'still waiting')
        : 'still waiting';
    case 'redriven':
    case 'in-isolation':
      return 'still waiting';
  }
}

export interface SentBack {
  readonly status: QuarantineStatus;
  readonly kind?: string | undefined;
  readonly round?: number | undefined;
  readonly quarantinedAt?: number | undefined;
}

export interface SentAs {
  readonly round: number;
  readonly quarantinedAt?: number | undefined;
}
