/**
 * What an auditor reviews of one month: who saw PHI, and who published what they may not (R42).
 *
 * Auditors ask that activity is recorded and examined. The record is the log. That somebody examined it is
 * a fact of the log itself, which names the last entry at that time. So later entries, of the same month
 * too, show as not examined, and a sign-off cannot cover them.
 *
 * A month is in UTC, by the time at which an entry was recorded: that is the writer's clock, while the time
 * of a fact is its publisher's claim. A reviewer may have read PHI too; the review names both.
 */

import { dayOf } from '../report/utc-day.ts';
import type { AuditEntry } from './audit-chain.ts';

/** One entry to review. */
export interface Reviewed {
  readonly sequence: number;
  /** Epoch ms. */
  readonly recordedAt: number;
  /** The actor that the fact claims. */
  readonly actor: string;
  /** The principal that SQS proves. */
  readonly teller: string;
  readonly toldAs: string;
}

export interface PhiRead extends Reviewed {
  /** Keyed hash of the message's id. */
  readonly message: string;
  readonly reason: string;
}

export interface RefusedFact extends Reviewed {
  /** The kind that the message claimed to be. */
  readonly claimed: string;
}

export interface SignOff extends Reviewed {
  readonly reason: string;
  /** Sequence of the last entry that was examined. */
  readonly through: number;
}

export interface Review {
  readonly month: string;
  readonly reads: readonly PhiRead[];
  readonly refused: readonly RefusedFact[];
  readonly signOffs: readonly SignOff[];
  /** Reads and refused facts after the last sign-off. */
  readonly unexamined: number;
}

/** `month` is written `2026-01`. `entries` are in order. */
export function reviewOf(month: string, entries: Iterable<AuditEntry>): Review {
  const reads: PhiRead[] = [];
  const refused: RefusedFact[] = [];
  const signOffs: SignOff[] = [];
  for (const entry of entries) {
    const { kind, reason = '', details } = entry;
    const isOfMonth = monthOf(entry.recordedAt) === month;
    if (kind === 'phi-read' && isOfMonth) {
      reads.push({ ...reviewed(entry), message: String(details['message']), reason });
    }
    if (kind === 'refused' && isOfMonth) {
      refused.push({ ...reviewed(entry), claimed: String(details['claimed']) });
    }
    if (kind === 'audit-reviewed' && details['month'] === month) {
      signOffs.push({ ...reviewed(entry), reason, through: throughOf(entry) });
    }
  }
  const through = Math.max(0, ...signOffs.map((signOff) => signOff.through));
  const unexamined = [...reads, ...refused].filter(({ sequence }) => sequence > through).length;
  return { month, reads, refused, signOffs, unexamined };
}

/** A sign-off cannot cover entries that did not exist yet. */
const throughOf = ({ sequence, details }: AuditEntry) =>
  Math.min(sequence - 1, Number(details['through']) || 0);

const monthOf = (at: number) => dayOf(at).slice(0, 7);

const reviewed = ({ sequence, recordedAt, actor, teller, toldAs }: AuditEntry): Reviewed => ({
  sequence,
  recordedAt,
  actor: actor ?? '-',
  teller: teller ?? '-',
  toldAs: toldAs ?? '-',
});
