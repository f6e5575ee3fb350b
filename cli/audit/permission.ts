/** Checks, before anything is moved, whether the stage accepts an operator's command. */
import type { AuditFactKind } from '../../core/audit/audit-fact.ts';
import { mayPublish } from '../../core/audit/publishers.ts';
import { principalOf } from '../../core/source/sources.ts';
import { type Desk, HERE } from '../clients.ts';
import { explained, TargetError } from '../target.ts';
import { findAudit } from './stage.ts';

/**
 * Checks as the functions of the stage do: by IAM's unique id of the sender. A policy may let somebody send
 * to a queue whom the functions do not know as an operator; what they send back would lose its source.
 * @throws TargetError if the command would not be accepted
 */
export async function mustBeOperator(
  stage: string,
  kind: AuditFactKind,
  desk: Desk = HERE,
): Promise<void> {
  const { publishers } = await findAudit(stage, desk);
  // An emulator has one sender for all, and nothing is checked.
  if (publishers === undefined || publishers.senderIds === 'fixed') return;
  const callerId = await desk.callerId().catch((error: unknown) => {
    throw explained(error, 'identity of the caller');
  });
  if (mayPublish(publishers, callerId, kind)) return;
  throw new TargetError(
    `refused, and nothing was moved: ${principalOf(callerId)} is not an operator of stage ${stage} (sources.operators says who is)`,
  );
}
