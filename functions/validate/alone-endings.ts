/**
 * How a delivery of a message that runs alone ends: by a crash, a dead letter, or a fault of ours (alone.ts).
 */
import type { Context } from 'aws-lambda';
import { forgetSuspect } from '../../aws/in-flight-table.ts';
import { endAttempt } from '../../aws/quarantine-attempts.ts';
import { decideAttempt } from '../../core/attempt/attempts.ts';
import type { DeadLetterReason } from '../../core/message/messages.ts';
import { identityIn } from '../../core/message/resource-identity.ts';
import { faultOf } from '../../telemetry/log.ts';
import {
  type Crashed,
  type Delivery,
  type DeliveryEnd,
  type Ended,
  openAttempt,
  type State,
} from './alone-states.ts';
import { countCrash, publishValidateCrash } from './crashes.ts';
import { deadLetter } from './dead-letter.ts';
import { endAsStoredBefore } from './endings.ts';
import type { Loaded } from './loaded.ts';
import type { ValidateParts } from './parts.ts';
import { attemptPolicyOf } from './settings.ts';
import { takeBack } from './take-back.ts';
import { ifTimePermits } from './within-time.ts';

export const DONE: Ended = { kind: 'ended', end: { kind: 'done' } };
export const again = (seconds: number): Ended => ({
  kind: 'ended',
  end: { kind: 'again', seconds },
});
export const AGAIN_SOON = again(1);
/** The attempt is over and its end is recorded, so the next one has nothing to wait for. */
const AGAIN_AT_ONCE = again(0);

/**
 * The crash is published before the attempt is ended. If the attempt has no end, the next delivery
 * publishes the crash again, so every crash is counted (R21). A message that has crashed as often as
 * allowed is dead-lettered at once. Another attempt is another delivery: no two run in one invocation.
 */
export async function endByCrash(delivery: Delivery, state: Crashed): Promise<Ended> {
  const { parts, tally } = delivery;
  const { crash, loaded, counted, attempt } = state;
  const { origin } = loaded.submission.provenance;
  const { messageId } = origin;
  const { requestId } = attempt;
  const at = parts.now();
  countCrash(parts, tally, origin, crash);
  const { crash: kind, reason } = crash;
  await publishValidateCrash(parts, { id: requestId, requestId, messageId, kind, reason, at });
  const evidence = { ...attempt, crash: kind, reason, ended: at };
  const isEnded = await endAttempt(parts.quarantineTable, messageId, counted.length, evidence);
  const attempts = [...counted, evidence];
  const policy = attemptPolicyOf(parts.settings);
  const decision = decideAttempt({ status: 'in-isolation', attempts }, [], at, policy);
  if (!isEnded) return AGAIN_SOON;
  if (decision.kind !== 'dead-letter') return AGAIN_AT_ONCE;
  return endByDeadLetter(delivery, loaded, decision.deadLetter);
}

export async function endByDeadLetter(
  { parts, tally }: Delivery,
  { submission, text, refused }: Loaded,
  reason: DeadLetterReason,
): Promise<Ended> {
  const identity = text === undefined ? refused?.identity : identityIn(text);
  if (await endAsStoredBefore(parts, submission, identity)) return DONE;
  await deadLetter(parts, submission, reason);
  tally.add('DeadLettered');
  return DONE;
}

/** A fault of our infrastructure, or no time left: the attempt is taken back, and the message waits (R09). */
export async function afterFault(
  parts: ValidateParts,
  state: State,
  { seconds, inTime }: { readonly seconds: number; readonly inTime: boolean },
  context: Context,
): Promise<DeliveryEnd> {
  const open = openAttempt(state);
  const how = { delaySeconds: seconds, askTable: inTime };
  const isSentAnew = open !== undefined && (await takeBack(parts, context, open, how));
  return isSentAnew ? { kind: 'done' } : { kind: 'again', seconds };
}

/** A message that has ended is no longer a suspect. If its record cannot be removed, it expires. */
export async function forget(
  parts: ValidateParts,
  messageId: string,
  context: Context,
): Promise<void> {
  try {
    await ifTimePermits(parts, context, () => forgetSuspect(parts.inFlightTable, messageId));
  } catch (fault) {
    parts.logger.warn('suspect not removed', { messageId, ...faultOf(fault) });
  }
}
