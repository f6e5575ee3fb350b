import { fetchBody, putBody } from '../../aws/bodies-bucket.ts';
import { hop, sendAll } from '../../aws/lane-queues.ts';
import { type Attempt, ENVIRONMENT_DIED } from '../../core/attempt/attempts.ts';
import { type BodyLocation, claimCheckTo } from '../../core/message/claim-check.ts';
import { ComponentFault } from '../../core/message/component-fault.ts';
import { idsOf } from '../../core/message/correlation.ts';
import type { DeadLetterReason } from '../../core/message/messages.ts';
import { envelopeFor } from '../../core/message/origin.ts';
import { publishValidateCrash } from './crashes.ts';
import type { ValidateParts } from './parts.ts';
import { bodyToHop, type Submission } from './submission.ts';

/** Sends a message to its lane's dead-letter queue, with the reason in its envelope (R07). */
export async function deadLetter(
  parts: ValidateParts,
  submission: Submission,
  reason: DeadLetterReason,
): Promise<void> {
  const { provenance } = submission;
  const { lane, bucket, deadLetterQueue, traces } = parts;
  const [error] = await traces.inSpan({ name: 'dead-letter', kind: 'producer' }, async () => {
    const laid = await layAside(parts, submission);
    const envelope = envelopeFor(provenance, lane, { deadLetter: reason, ...(laid && { laid }) });
    const body = laid === undefined ? bodyToHop(submission) : claimCheckTo(laid);
    return sendAll(deadLetterQueue, [
      await hop(body, { ...envelope, trace: traces.onward(envelope) }, bucket),
    ]);
  });
  if (error !== undefined) {
    throw new ComponentFault('the dead-letter queue did not take a message', { cause: error });
  }
  parts.logger.warn('dead-lettered', { ...idsOf(provenance.origin), ...reason });
}

/** The version on which it crashed, because its producer may overwrite the object. */
async function layAside(
  { bodies, bucket, settings }: ValidateParts,
  { carriage, provenance }: Submission,
): Promise<BodyLocation | undefined> {
  if (carriage.kind !== 'claim-check') return undefined;
  const fetched = await fetchBody(bodies, carriage.s3, settings.resourceBytesMax);
  if (fetched.kind === 'refused' && carriage.isOurs) throw fetched.cause;
  if (fetched.kind !== 'text') return undefined;
  return putBody(bucket, 'quarantine/', provenance.origin, fetched.text);
}

/**
 * Attempts without an end were crashes that this code did not see. Each is one event, identified by its
 * id.
 */
export async function publishUnended(
  parts: ValidateParts,
  messageId: string,
  attempts: readonly Attempt[],
): Promise<void> {
  const unended = attempts.filter((attempt) => attempt.ended === undefined);
  await Promise.all(
    unended.map(({ requestId, startedAt, crash, reason = ENVIRONMENT_DIED }) =>
      publishValidateCrash(parts, {
        id: requestId,
        requestId,
        messageId,
        kind: crash ?? 'exit',
        reason,
        at: startedAt,
      }),
    ),
  );
}
