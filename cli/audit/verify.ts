/** Verifies the audit log: its objects, its table, and the rows of known facts (R40). */

import { factRowsOf } from '../../aws/audit-table.ts';
import type { Head } from '../../core/audit/audit-chain.ts';
import { AUDIT_CHAIN } from '../../core/audit/audit-fact.ts';
import { verifyFacts } from '../../core/audit/audit-known-facts.ts';
import { type AuditProblem, verifyEarlier } from '../../core/audit/audit-verification.ts';
import type { AuditLog } from './stage.ts';
import { Walk, type WalkOptions } from './walk.ts';

export interface Verification {
  readonly objects: number;
  /** The last entry that is right. */
  readonly head: Head;
  readonly problem?: AuditProblem;
  /** Objects that somebody wrote again or deleted later; their first version was verified. */
  readonly touched: readonly string[];
}

interface VerifyOptions extends WalkOptions {
  /** A head that an earlier verification, or the writer's log, named: it must still be there. */
  readonly earlier?: Head | undefined;
}

/** A problem is the result; a failing service throws. */
export async function verifyLog(log: AuditLog, options: VerifyOptions = {}): Promise<Verification> {
  const walk = new Walk(log, options);
  const problem = await firstProblem(log, walk, options.earlier);
  const { objects, head, touched } = walk;
  return { objects, head, touched, ...(problem && { problem }) };
}

async function firstProblem(
  { table }: AuditLog,
  walk: Walk,
  earlier: Head | undefined,
): Promise<AuditProblem | undefined> {
  const wrong = await walk.onwards();
  if (wrong !== undefined) return wrong;
  const last = walk.head.sequence;
  const rows = await Array.fromAsync(factRowsOf(table, AUDIT_CHAIN));
  // The entries that they name may be newer.
  const wrongSince = await walk.onwards();
  if (wrongSince !== undefined) return wrongSince;
  const lost = earlier && verifyEarlier(walk.entries, earlier);
  return lost ?? verifyFacts(walk.entries, rows, last);
}
