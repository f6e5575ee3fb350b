import { type Attempt, ENVIRONMENT_DIED } from '../../core/attempts.ts';
import { idsOf } from '../../core/correlation.ts';
import type { DeadLetterReason } from '../../core/messages.ts';
import { envelopeFor } from '../../core/origin.ts';
import { hop, sendAll } from '../aws/lane-queues.ts';
import { ComponentFault } from '../component-fault.ts';
import { logger } from '../telemetry.ts';
import { inSpan } from '../traces.ts';
import { publishValidateCrash } from './crashes.ts';
import { environment } from './environment.ts';
import type { Submission } from './submission.ts';

/** Sends a message to its lane's dead-letter queue, with the reason in its envelope (R07). */
export async function deadLetter(
  { provenance, record }: Submission,
  reason: DeadLetterReason,
): Promise<void> {
  const { lane, bucket, deadLetterQueueUrl } = environment;
  const envelope = envelopeFor(provenance, lane, { deadLetter: reason });
  const [error] = await inSpan({ name: 'dead-letter', kind: 'producer' }, async () =>
    sendAll(deadLetterQueueUrl, [await hop(record.body, envelope, bucket)]),
  );
  if (error !== undefined) {
    throw new ComponentFault('the dead-letter queue did not take a message', { cause: error });
  }
  logger.warn('dead-lettered', { ...idsOf(provenance.origin), ...reason });
}

/** Attempts without end were crashes that nobody here saw end: each is an event, once by its id. */
export async function publishUnended(
  messageId: string,
  attempts: readonly Attempt[],
): Promise<void> {
  const unended = attempts.filter((attempt) => attempt.ended === undefined);
  await Promise.all(
    unended.map(({ requestId, startedAt, crash, reason = ENVIRONMENT_DIED }) =>
      publishValidateCrash({
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
