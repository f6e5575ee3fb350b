/** Takes back an attempt that a fault of our infrastructure ended, because it must not count (R09). */
import type { Context } from 'aws-lambda';
import { hop, sendAll } from '../../aws/lane-queues.ts';
import { forgetVoided, voidAttempt } from '../../aws/quarantine-attempts.ts';
import type { Attempt, Trouble } from '../../core/attempt/attempts.ts';
import { backOffSeconds } from '../../core/attempt/back-off.ts';
import { ComponentFault } from '../../core/message/component-fault.ts';
import { idsOf } from '../../core/message/correlation.ts';
import { envelopeFor } from '../../core/message/origin.ts';
import { faultOf } from '../../telemetry/log.ts';
import type { ValidateParts } from './parts.ts';
import { bodyToHop, type Submission } from './submission.ts';
import { ifTimePermits } from './within-time.ts';

/** How often one message may be sent again: Lambda stops a function that sends to itself after 16 hops. */
const VOIDED_MAX = 12;

/** An attempt that the table contains, or may contain. */
export interface OpenAttempt {
  readonly submission: Submission;
  /** Its position in the item. */
  readonly index: number;
  readonly requestId: string;
}

/**
 * Takes it back in the table. If the table does not accept this, or no time is left, the message is
 * sent again with an envelope that says so. Returns whether it was sent; then this delivery is done.
 */
export async function takeBack(
  parts: ValidateParts,
  context: Context,
  open: OpenAttempt,
  { delaySeconds, askTable }: { readonly delaySeconds: number; readonly askTable: boolean },
): Promise<boolean> {
  let isSent = false;
  await ifTimePermits(parts, context, async () => {
    if (askTable && (await voidInTable(parts, open))) return;
    isSent = await sendAnewVoided(parts, open, delaySeconds);
  });
  return isSent;
}

async function voidInTable(
  { quarantineTable, logger }: ValidateParts,
  { submission, index, requestId }: OpenAttempt,
): Promise<boolean> {
  const { origin } = submission.provenance;
  try {
    await voidAttempt(quarantineTable, origin.messageId, index, requestId);
    return true;
  } catch (fault) {
    logger.warn('attempt not taken back', { ...idsOf(origin), ...faultOf(fault) });
    return false;
  }
}

async function sendAnewVoided(
  { lane, bucket, isolationQueue, traces, logger }: ValidateParts,
  { submission, requestId }: OpenAttempt,
  seconds: number,
): Promise<boolean> {
  const { provenance } = submission;
  const ids = idsOf(provenance.origin);
  const before = provenance.envelope?.voided ?? [];
  const voided = [...before, requestId];
  if (voided.length > VOIDED_MAX) {
    logger.error('attempt spent on a component fault', { ...ids, sentAnew: before.length });
    return false;
  }
  // A message that was sent again has a receive count of 1, so the envelope says how often it failed.
  const delaySeconds = Math.max(seconds, backOffSeconds(voided.length));
  const envelope = envelopeFor(provenance, lane, { voided });
  const onward = { ...envelope, trace: traces.onward(envelope) };
  const send = async () => {
    const message = await hop(bodyToHop(submission), onward, bucket);
    const [fault] = await sendAll(isolationQueue, [{ ...message, delaySeconds }]);
    return fault;
  };
  const error = await send().catch((fault: unknown) => fault);
  if (error !== undefined) {
    logger.error('attempt spent on a component fault', { ...ids, ...faultOf(error) });
  }
  return error === undefined;
}

/**
 * The last copy that may be sent must not begin an attempt that would need another copy to take it
 * back. So the table must first show that it accepts writes (R09).
 */
export async function withoutVoided(
  { lane, quarantineTable, traces }: ValidateParts,
  { provenance }: Submission,
  { seen, counted }: { readonly seen: Trouble | undefined; readonly counted: readonly Attempt[] },
): Promise<Trouble | undefined> {
  const { origin, envelope } = provenance;
  if ((envelope?.voided ?? []).length < VOIDED_MAX) return seen;
  const forgotten = await forgetVoided(quarantineTable, {
    origin: { ...origin, trace: traces.onward(origin) },
    ...{ lane, seen, counted },
  });
  if (!forgotten) throw new ComponentFault('another delivery was faster');
  return { status: 'in-isolation', attempts: counted, round: seen?.round };
}
