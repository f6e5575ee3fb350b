/**
 * Processes a message of its lane's isolation queue: it runs alone, and each attempt is recorded before
 * it starts, until it has an ending or has crashed as often as allowed (R02).
 */
import type { Context, SQSRecord } from 'aws-lambda';
import { forgetSuspect } from '../../aws/in-flight-table.ts';
import { retryLater } from '../../aws/retry-later.ts';
import { backOffSeconds } from '../../core/attempt/back-off.ts';
import type { RecordResult } from '../../core/message/batch-response.ts';
import { idsOf } from '../../core/message/correlation.ts';
import { faultOf } from '../../telemetry/log.ts';
import { type DeliveryEnd, next, type State } from './alone-steps.ts';
import type { ValidateParts } from './parts.ts';
import { readSubmission } from './submission.ts';
import { type OpenAttempt, takeBack } from './take-back.ts';
import { Verification } from './verification.ts';
import { ifTimePermits, withinTime } from './within-time.ts';

/** Performs the next step of one message. If it is not done then, it is delivered again. */
export async function validateAlone(
  parts: ValidateParts,
  record: SQSRecord,
  context: Context,
): Promise<RecordResult> {
  const { traces, logger } = parts;
  const tally = parts.telemetry.tally(1);
  const submission = readSubmission(parts, record);
  const { origin } = submission.provenance;
  const ids = idsOf(origin);

  const story: { state: State } = { state: { kind: 'received', submission } };
  let inTime = true;
  try {
    inTime = await withinTime(parts, context, async (validating) => {
      const verification = new Verification(parts, context, tally);
      const { awsRequestId: requestId } = context;
      const delivery = { parts, requestId, tally, verification, validating };
      await traces.processing(origin, record, async () => {
        while (story.state.kind !== 'ended') story.state = await next(delivery, story.state);
      });
    });
    if (!inTime) logger.warn('out of time', ids);
  } catch (fault) {
    tally.add('ComponentFaults');
    logger.error('component fault', { ...ids, ...faultOf(fault) });
  }
  const { state } = story;
  if (state.kind === 'ended' && state.end.kind === 'done') {
    await forget(parts, origin.messageId, context);
  }
  const end =
    state.kind === 'ended'
      ? state.end
      : await afterFault(parts, state, { receives: submission.receives, inTime }, context);
  if (end.kind === 'again') {
    const message = { receiptHandle: record.receiptHandle, seconds: end.seconds };
    await ifTimePermits(parts, context, () => retryLater(parts.isolationQueue, [message], logger));
  }
  tally.report('alone', { ...ids, ending: end.kind });
  return end.kind === 'done' ? 'done' : 'failed';
}

/** A fault of our infrastructure, or no time left: the attempt is taken back, and the message waits (R09). */
async function afterFault(
  parts: ValidateParts,
  state: State,
  { receives, inTime }: { readonly receives: number; readonly inTime: boolean },
  context: Context,
): Promise<DeliveryEnd> {
  const seconds = backOffSeconds(receives);
  const open = openAttempt(state);
  let end: DeliveryEnd = { kind: 'again', seconds };
  if (open === undefined) return end;
  await ifTimePermits(parts, context, async () => {
    const how = { delaySeconds: seconds, askTable: inTime };
    if (await takeBack(parts, open, how)) end = { kind: 'done' };
  });
  return end;
}

/** The attempt that the table contains, or may contain. */
function openAttempt(state: State): OpenAttempt | undefined {
  switch (state.kind) {
    case 'recording':
    case 'recorded':
    case 'has verdict': {
      const { loaded, counted, attempt } = state;
      const { requestId } = attempt;
      return { submission: loaded.submission, index: counted.length, requestId };
    }
    default:
      return undefined;
  }
}

/** A message that has ended is no longer a suspect. If its record cannot be removed, it expires. */
async function forget(parts: ValidateParts, messageId: string, context: Context): Promise<void> {
  try {
    await ifTimePermits(parts, context, () => forgetSuspect(parts.inFlightTable, messageId));
  } catch (fault) {
    parts.logger.warn('suspect not removed', { messageId, ...faultOf(fault) });
  }
}
