/** `audit review`: who saw what in a month, and the sign-off of the person who examined it (R42). */
import { type AuditEntry, headText, readEntry } from '../../core/audit/audit-chain.ts';
import { whoAndWhy } from '../../core/audit/audit-fact.ts';
import { linesOf } from '../../core/audit/audit-keys.ts';
import { type Review, type Reviewed, reviewOf } from '../../core/audit/audit-review.ts';
import { printable } from '../../terminal/printable.ts';
import { formatTime } from '../format-time.ts';
import { howMany } from '../how-many.ts';
import type { Recorder } from '../quarantine/audited.ts';
import type { AuditLog } from './stage.ts';
import { type Verification, verifyLog } from './verify.ts';

export interface MonthsReview {
  readonly review: Review;
  /** A review is worth as much as the log behind it. */
  readonly verification: Verification;
}

export async function reviewMonth(log: AuditLog, month: string): Promise<MonthsReview> {
  const entries: AuditEntry[] = [];
  const verification = await verifyLog(log, {
    onRight({ text = '' }) {
      const read = linesOf(text).map(readEntry);
      entries.push(...read.filter((entry) => entry !== undefined));
    },
  });
  return { review: reviewOf(month, entries), verification };
}

/** Records in the log that somebody examined the month, up to the last entry that they saw. */
export async function signOff(
  { review, verification }: MonthsReview,
  { by, reason }: { readonly by: string; readonly reason: string },
  { publish, now }: Recorder,
): Promise<void> {
  const { month, reads, refused } = review;
  const { head } = verification;
  const fact = {
    id: `audit-reviewed/${month}/${crypto.randomUUID()}`,
    kind: 'audit-reviewed',
    at: now(),
    component: 'cli',
    ...whoAndWhy({ by, why: reason }),
    details: {
      month,
      through: head.sequence,
      head: headText(head),
      reads: reads.length,
      refused: refused.length,
    },
  } as const;
  await publish([fact]);
}

export function describeReview(review: Review, now: number): string {
  const { month, reads, refused, signOffs, unexamined } = review;
  const who = whoAt(now);
  const readers = new Set(reads.map(({ teller, actor }) => `${teller} ${actor}`)).size;
  const lines = [
    `${month}: PHI was shown ${howMany(reads.length, 'time')}, to ${howMany(readers, 'person', 'people')}; ${howMany(refused.length, 'fact was', 'facts were')} refused`,
    ...reads.map((read) => `${who(read)} saw ${read.message}: ${read.reason}`),
    ...refused.map((fact) => `${who(fact)} may not publish ${fact.claimed}: refused`),
    ...signOffs.map((one) => `${who(one)} examined it up to entry ${one.through}: ${one.reason}`),
    unexamined === 0
      ? 'all of it is examined'
      : `${unexamined} of these ${unexamined === 1 ? 'is' : 'are'} not examined`,
  ];
  return lines.map(printable).join('\n');
}

const whoAt =
  (now: number) =>
  ({ sequence, recordedAt, actor, teller, toldAs }: Reviewed): string =>
    `entry ${sequence}  ${formatTime(recordedAt, now)}  ${actor} (${teller}, ${toldAs})`;
