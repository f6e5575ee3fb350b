import { mustBeOperator } from '../audit/permission.ts';
import { openRecorder } from '../audit/recorder.ts';
import { type Desk, HERE } from '../clients.ts';
import { type Act, audited } from './audited.ts';
import type { Counts } from './work-through.ts';

/**
 * Performs an operator's act on a stage between its facts for the audit log. Checks first whether
 * the stage accepts it. @throws TargetError if it does not
 */
export async function actOn<Ending extends string>(
  stage: string,
  act: Act,
  perform: () => Promise<Counts<Ending>>,
  desk: Desk = HERE,
): Promise<Counts<Ending>> {
  await mustBeOperator(stage, act.kind, desk);
  return audited(act, await openRecorder(stage, desk), perform);
}
