import { lastRows } from '../../aws/audit-table.ts';
import type { Table } from '../../aws/handles.ts';
import { type AuditEntry, readEntry } from '../../core/audit/audit-chain.ts';
import { AUDIT_CHAIN } from '../../core/audit/audit-fact.ts';
import type { AuditTail, AuditView } from '../contract/audit.ts';

const ENTRIES_MAX = 50;

/** Leaves out entries that are not as they were written: verification reports those. */
export async function readAuditTail(table: Table): Promise<AuditTail> {
  const rows = await lastRows(table, AUDIT_CHAIN, ENTRIES_MAX);
  const entries = rows.map(({ line }) => readEntry(line)).filter((entry) => entry !== undefined);
  const deployment = entries[0]?.configuration;
  return { entries: entries.map(auditView), ...(deployment !== undefined && { deployment }) };
}

function auditView(entry: AuditEntry): AuditView {
  const { sequence, kind, at, recordedAt, component, actor, reason, details, toldAs, hash } = entry;
  return {
    ...{ sequence, kind, at, recordedAt, component, details, hash },
    ...(actor !== undefined && { actor }),
    ...(reason !== undefined && { reason }),
    ...(toldAs !== undefined && { toldAs }),
  };
}
