/** Logs for tests of the audit chain, made by the code that writes them and kept in memory. */

import type { RecordedFact } from '../../core/audit/audit-chain.ts';
import {
  type AppendedEntry,
  appendFacts,
  genesis,
  type Head,
} from '../../core/audit/audit-chain.ts';
import { objectKeyOf, objectText, sortKeyOf } from '../../core/audit/audit-keys.ts';
import type { AuditObject, AuditRow } from '../../core/audit/audit-verification.ts';

export const CHAIN = 'main';

export interface LogInMemory {
  readonly rows: AuditRow[];
  readonly objects: AuditObject[];
  /** The head before each object. */
  readonly heads: Head[];
}

export const recorded = (n: number, fields: Partial<RecordedFact> = {}): RecordedFact => ({
  fact: `fact-${n}`,
  kind: 'redrive',
  at: 1_700_000_000_000 + n,
  component: 'cli',
  actor: 'dr. Ünal',
  details: { entries: n, lane: 'critical' },
  ...fields,
});

/** A log of that many entries in batches of these sizes, repeated. */
export function logOf(entries: number, batchSizes: readonly number[] = [10]): LogInMemory {
  const log: LogInMemory = { rows: [], objects: [], heads: [genesis(CHAIN)] };
  let left = entries;
  for (let batch = 0; left > 0; batch += 1) {
    const size = Math.min(left, batchSizes[batch % batchSizes.length] ?? 1);
    const head = log.heads.at(-1) ?? genesis(CHAIN);
    const facts = Array.from({ length: size }, (_, i) => recorded(head.sequence + i + 1));
    addBatch(log, head, facts);
    left -= size;
  }
  return log;
}

export function addBatch(log: LogInMemory, head: Head, facts: readonly RecordedFact[]): void {
  const written = { chain: CHAIN, recordedAt: head.sequence, configuration: 'c' };
  const batch: AppendedEntry[] = appendFacts(head, facts, written);
  const lines = batch.map(({ line }) => line);
  log.rows.push(...batch.map(({ sequence, line }) => ({ sortKey: sortKeyOf(sequence), line })));
  log.objects.push({ key: objectKeyOf(CHAIN, head.sequence + 1), text: objectText(lines) });
  const last = batch.at(-1);
  if (last !== undefined) log.heads.push({ sequence: last.sequence, hash: last.hash });
}
