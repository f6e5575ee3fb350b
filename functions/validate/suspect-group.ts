/**
 * Processes a group of suspects of the isolation queue: all were in one environment that died. They run
 * one after the other in a separate process. A member that crashes there, or does not end for another
 * reason, is sent on alone (core/attempt/suspect-group.ts).
 */
import type { Context, SQSRecord } from 'aws-lambda';
import { type GroupHold, holdGroup, releaseGroup } from '../../aws/group-hold.ts';
import { retryLater } from '../../aws/retry-later.ts';
import { memberRecords } from '../../aws/suspect-group.ts';
import { backOffSeconds, LATE_WRITE_SECONDS } from '../../core/attempt/back-off.ts';
import type { RecordResult } from '../../core/message/batch-response.ts';
import { faultOf } from '../../telemetry/log.ts';
import { type BatchRun, closeMark, newBatch, runBatch } from './batch-run.ts';
import { during, FRUITLESS_RECEIVES_MAX, IN_BATCH } from './isolated-validator.ts';
import type { ValidateParts } from './parts.ts';
import { readSubmission, type Submission } from './submission.ts';
import { isolate } from './suspects.ts';
import { ifTimePermits, withinTime } from './within-time.ts';

export async function validateGroup(
  parts: ValidateParts,
  record: SQSRecord,
  context: Context,
): Promise<RecordResult> {
  const tally = parts.telemetry.tally(1);
  const batch = newBatch({ parts, context, tally });
  const submissions = membersIn(record, batch);
  let decided: Decided = 'wait';
  await withinTime(parts, context, async (validating) => {
    const isHeld = submissions.length > 0 && (await hold(submissions, batch));
    decided = isHeld ? await decide(parts, record) : 'wait';
    if (decided !== 'run') return;
    const place = during(parts.ownProcess, validating, IN_BATCH);
    await place.ready();
    await runBatch(submissions, [record.messageId], place, batch);
  }).catch((fault: unknown) => noteFault(record, batch, fault));
  const ending = (await areAway(record, submissions, decided, batch)) ? 'done' : 'failed';
  if (ending === 'failed') await giveBack(record, submissions, batch);
  tally.report('group', { members: submissions.length, ending });
  return ending;
}

/**
 * None if the group cannot be read, by code of another version for example: that is a fault of our own (R09), and Lambda
 * would log what the error quotes (R08).
 */
function membersIn(record: SQSRecord, batch: BatchRun): readonly Submission[] {
  try {
    return memberRecords(record).map((member) => readSubmission(batch.parts, member));
  } catch (fault) {
    noteFault(record, batch, fault);
    return [];
  }
}

function noteFault({ messageId }: SQSRecord, { parts, tally }: BatchRun, fault: unknown): void {
  tally.add('ComponentFaults');
  parts.logger.error('component fault', { messageId, ...faultOf(fault) });
}

const holdOf = (submissions: readonly Submission[], { context }: BatchRun): GroupHold => {
  const members = submissions.map(({ provenance }) => provenance.origin.messageId);
  return { members: [...new Set(members)], requestId: context.awsRequestId };
};

/**
 * Two groups with the same member that run at the same time could end it in two ways (R04). What one of them writes
 * last may take effect a minute later.
 */
function hold(submissions: readonly Submission[], batch: BatchRun): Promise<boolean> {
  const { inFlightTable, settings, now } = batch.parts;
  const lastsMs = settings.functionTimeoutMs + LATE_WRITE_SECONDS * 1_000;
  const times = { now: now(), until: now() + lastsMs };
  return holdGroup(inFlightTable, holdOf(submissions, batch), times);
}

/** So that the group need not wait until the hold is over. */
async function release(submissions: readonly Submission[], batch: BatchRun): Promise<void> {
  const { parts, context } = batch;
  try {
    await ifTimePermits(parts, context, () =>
      releaseGroup(parts.inFlightTable, holdOf(submissions, batch)),
    );
  } catch (fault) {
    parts.logger.warn('group not released', faultOf(fault));
  }
}

type Decided = 'run' | 'wait' | 'split';

/**
 * The separate process did not protect the environment from a death, so the members no longer run
 * together.
 */
async function decide({ inFlight }: ValidateParts, record: SQSRecord): Promise<Decided> {
  const suspicionOf = await inFlight.suspicion([record]);
  return ({ none: 'run', unclear: 'wait', suspect: 'split' } as const)[suspicionOf(record)];
}

/** Whether each member has ended, or was sent on alone. */
async function areAway(
  record: SQSRecord,
  submissions: readonly Submission[],
  decided: Decided,
  { parts, context, progress, unanswered }: BatchRun,
): Promise<boolean> {
  const left = submissions.filter((submission) => progress.get(submission) !== 'done');
  if (decided === 'wait') return false;
  // If nothing ended, the fault is in our infrastructure, and the group waits unchanged (R09).
  const isFruitless = decided === 'run' && left.length === submissions.length;
  if (isFruitless && !isStuck(record, submissions, progress)) return false;
  let isolated: readonly boolean[] = [false];
  await ifTimePermits(parts, context, async () => {
    const delaySeconds = unanswered.size > 0 ? LATE_WRITE_SECONDS : undefined;
    isolated = await isolate(parts, left, { delaySeconds });
  });
  return isolated.every(Boolean);
}

/**
 * Nothing failed, but repeatedly no process could validate a member. Alone, each may run in another
 * environment.
 */
function isStuck(
  record: SQSRecord,
  submissions: readonly Submission[],
  progress: BatchRun['progress'],
): boolean {
  const receives = Number(record.attributes.ApproximateReceiveCount);
  const hasFault = submissions.some((submission) => progress.get(submission) === 'fault');
  return receives >= FRUITLESS_RECEIVES_MAX && !hasFault;
}

async function giveBack(
  record: SQSRecord,
  submissions: readonly Submission[],
  batch: BatchRun,
): Promise<void> {
  const { parts, context, unanswered } = batch;
  if (!(await closeMark(batch))) return;
  if (unanswered.size === 0) await release(submissions, batch);
  const receives = Number(record.attributes.ApproximateReceiveCount);
  const seconds = backOffSeconds(receives, unanswered.size > 0);
  const message = { receiptHandle: record.receiptHandle, seconds };
  await ifTimePermits(parts, context, () =>
    retryLater(parts.isolationQueue, [message], parts.logger),
  );
}
