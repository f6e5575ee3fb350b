/** Suspects go to their lane's isolation queue, where a death takes nobody along (R03). */
import { idsOf } from '../../core/correlation.ts';
import { envelopeFor } from '../../core/origin.ts';
import type { CrashKind } from '../../core/verdict.ts';
import { deleteAll, type Hop, hop, sendAll } from '../aws/lane-queues.ts';
import { faultOf, logger } from '../telemetry.ts';
import { inSpan } from '../traces.ts';
import { environment } from './environment.ts';
import type { Submission } from './submission.ts';

/**
 * Sends submissions to the isolation queue; answers by position whether that happened. `crash` is
 * what made them suspects, where it was seen.
 */
export async function isolate(
  submissions: readonly Submission[],
  crash?: CrashKind,
): Promise<boolean[]> {
  const hops = await Promise.allSettled(submissions.map((submission) => toHop(submission, crash)));
  const ready = hops.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const errors = await sendAll(environment.isolationQueueUrl, ready);
  let next = 0;
  return hops.map((result, position) => {
    const error = result.status === 'fulfilled' ? errors[next++] : result.reason;
    if (error === undefined) return true;
    const origin = submissions[position]?.provenance.origin;
    logger.error('not isolated', { ...(origin && idsOf(origin)), ...faultOf(error) });
    return false;
  });
}

/** Takes those that were isolated off the lane's queue. What fails comes back, as a suspect again. */
export async function takeOff(submissions: readonly Submission[]): Promise<void> {
  try {
    const handles = submissions.map(({ record }) => record.receiptHandle);
    await deleteAll(environment.laneQueueUrl, handles);
  } catch (error) {
    logger.warn('suspects not taken off their queue', faultOf(error));
  }
}

function toHop({ record, provenance }: Submission, crash?: CrashKind): Promise<Hop> {
  const { lane, bucket } = environment;
  const envelope = envelopeFor(provenance, lane, crash === undefined ? {} : { crash });
  const { origin } = provenance;
  return inSpan({ name: 'isolate', kind: 'producer', origin }, () =>
    hop(record.body, envelope, bucket),
  );
}
