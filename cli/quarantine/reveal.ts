/** Shows PHI on a terminal. Who sees it, and why, is recorded before (R42). */

import type { QuarantineRecord } from '../../aws/quarantine-entries.ts';
import { type AuditFact, whoAndWhy } from '../../core/audit/audit-fact.ts';
import { TargetError } from '../target.ts';
import type { Recorder } from './audited.ts';

export interface Reader {
  readonly by: string;
  readonly reason: string;
}

/** What is to be read, and of which message. */
interface Read extends Pick<QuarantineRecord, 'pk' | 'lane' | 'kind'> {
  readonly what?: string;
}

/** @throws TargetError if the audit log does not accept the fact: then nothing may be shown. */
export async function recordRead(
  { pk, lane, kind, what = 'body and outcome' }: Read,
  { by, reason }: Reader,
  open: () => Promise<Recorder>,
): Promise<void> {
  try {
    const { publish, hash, now, newId } = await open();
    const message = (await hash())(pk);
    const fact: AuditFact = {
      id: `phi-read/${newId()}`,
      kind: 'phi-read',
      at: now(),
      component: 'cli',
      ...whoAndWhy({ by, why: reason }),
      details: { message, lane, ...(kind && { kind }), what },
    };
    await publish([fact]);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TargetError(`not shown, because it cannot be recorded: ${why}`, { cause });
  }
}
