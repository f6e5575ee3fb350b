import { mustBeOperator } from '../audit/permission.ts';
import { openRecorder } from '../audit/recorder.ts';
import { type Desk, HERE } from '../places.ts';
import { type Act, audited } from './audited.ts';
import type { Counts } from './work-through.ts';

/**
 * An operator's act on a stage: whether it would be taken is asked first, and it happens between its facts
 * for the audit log. @throws TargetError where it is not taken
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
