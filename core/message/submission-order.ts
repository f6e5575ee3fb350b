/**
 * The order of submissions, as one string that sorts.
 *
 * Two versions of one resource may arrive in any order, and may come again from a redrive weeks later: the
 * older must never overwrite the newer (R05). A conditional write compares one attribute, so the whole
 * order is put into one string whose alphabetical order is ours: first SentTimestamp of the first queue,
 * then the submitter's own sequence (absent counts as 0), then the message id, so that no two are equal.
 *
 * Widths: 15 digits of milliseconds last until the year 33658; 16 digits hold every safe integer.
 */
import type { Origin } from './messages.ts';

const TIME_DIGITS = 15;
const SEQUENCE_DIGITS = 16;

export function submissionOrder(origin: Pick<Origin, 'sentAt' | 'sequence' | 'messageId'>): string {
  const sentAt = String(origin.sentAt).padStart(TIME_DIGITS, '0');
  const sequence = String(origin.sequence ?? 0).padStart(SEQUENCE_DIGITS, '0');
  return `${sentAt}#${sequence}#${origin.messageId}`;
}
