import { readEntry } from '../../core/audit/audit-chain.ts';
import { linesOf } from '../../core/audit/audit-keys.ts';
import type { AuditObject } from '../../core/audit/audit-verification.ts';

/** The lines of a batch that were recorded at or after `from` and before `to`, epoch ms. */
export function linesRecorded({ text = '' }: AuditObject, from: number, to: number): string {
  return linesOf(text)
    .filter((line) => {
      const { recordedAt = Number.NaN } = readEntry(line) ?? {};
      return recordedAt >= from && recordedAt < to;
    })
    .map((line) => `${line}\n`)
    .join('');
}
