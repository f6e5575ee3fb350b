import { ComponentFault } from '../core/message/component-fault.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/**
 * A message of our own whose envelope cannot be read: it raises an alarm, and waits (R09). Anything written
 * about it would be under the identity of a hop. `problem` names the fields, never their values.
 */
export function unreadableEnvelope(
  { emit }: Telemetry,
  component: string,
  problem: string,
): ComponentFault {
  emit('EnvelopesUnreadable', 'component', component);
  return new ComponentFault(problem);
}
