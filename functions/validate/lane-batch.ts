/** Processes a batch of a lane's own queue: isolate suspects, validate, act on verdicts, answer. */
import type { Context, SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { retryLater } from '../../aws/retry-later.ts';
import { firstMayRunMs, waitForFirstMs } from '../../core/attempt/in-flight.ts';
import { batchResponse } from '../../core/message/batch-response.ts';
import type { Tally } from '../../telemetry/tally.ts';
import { type BatchRun, closeMark, newBatch, runBatch } from './batch-run.ts';
import { during, IN_BATCH } from './isolated-validator.ts';
import type { ValidateParts } from './parts.ts';
import { readSubmission, type Submission } from './submission.ts';
import { isolateTogether, takeOff } from './suspects.ts';
import { ifTimePermits, withinTime } from './within-time.ts';

/** For a probe it also says whether its message was isolated, so that nothing was validated. */
export interface LaneAnswer extends SQSBatchResponse {
  readonly isolated?: true;
}

/**
 * Validates a batch. Each message that is not known to be done is reported as failed (R06). `probing`
 * means that the supervisor runs one message to learn whether the lane works (R33).
 */
export async function validateLaneBatch(
  parts: ValidateParts,
  records: readonly SQSRecord[],
  context: Context,
  probing: boolean,
): Promise<LaneAnswer> {
  const { now, pool } = parts;
  const startedAt = now();
  const tally = parts.telemetry.tally(records.length);
  const batch = newBatch({ parts, context, tally });
  const all = onceEach(records.map((record) => readSubmission(parts, record)));
  const submissions = (await parts.rates?.apply(all)) ?? all;
  const gone = new Set<Submission>();
  let fresh: readonly Submission[] = [];
  await withinTime(parts, context, async (validating) => {
    const { suspects, ...others } = await bySuspicion(submissions, batch);
    tally.add('Submitted', others.fresh.filter(({ receives }) => receives <= 1).length);
    fresh = probing ? others.fresh.slice(0, 1) : await withoutDoubles(parts, others.fresh);
    for (const submission of await sendAway(parts, suspects, tally)) gone.add(submission);
    await runBatch(fresh, idsOf(fresh), during(pool, validating, IN_BATCH), batch);
  });
  await giveBack(fresh, batch);

  tally.report('batch', { ms: now() - startedAt });
  const isDone = (submission: Submission) =>
    batch.progress.get(submission) === 'done' || gone.has(submission);
  const ids = records.map((record) => record.messageId);
  const done = new Set(idsOf(submissions.filter(isDone)));
  const answer = batchResponse(
    ids,
    ids.map((id) => (done.has(id) ? 'done' : 'failed')),
  );
  return probing && gone.size > 0 ? { ...answer, isolated: true } : answer;
}

/**
 * SQS may deliver a message twice in one batch. Two runs of it could end it in two ways (R04), so the delivery that SQS
 * counts first stands for both.
 */
function onceEach(submissions: readonly Submission[]): readonly Submission[] {
  const first = new Map<string, Submission>();
  for (const submission of submissions) {
    const { messageId } = submission.record;
    const known = first.get(messageId);
    if (known === undefined || submission.receives < known.receives)
      first.set(messageId, submission);
  }
  return [...first.values()];
}

const idsOf = (submissions: readonly Submission[]) =>
  submissions.map(({ record }) => record.messageId);

/** A message that is refused because of its sender is not run, so it is not a suspect. */
async function bySuspicion(
  submissions: readonly Submission[],
  { parts, tally }: BatchRun,
): Promise<{ fresh: readonly Submission[]; suspects: readonly Submission[] }> {
  const suspicionOf = await parts.inFlight.suspicion(submissions.map(({ record }) => record));
  const groups = Map.groupBy(submissions, ({ record, refusal }) =>
    refusal === undefined ? suspicionOf(record) : 'none',
  );
  const unclear = groups.get('unclear') ?? [];
  if (unclear.length > 0) tally.add('ComponentFaults', unclear.length);
  return { fresh: groups.get('none') ?? [], suspects: groups.get('suspect') ?? [] };
}

/** Without the messages whose first delivery may still run: they wait until it has ended (R04). */
async function withoutDoubles(
  parts: ValidateParts,
  fresh: readonly Submission[],
): Promise<readonly Submission[]> {
  const now = parts.now();
  const waits = (one: Submission) => waitForFirstMs(one, now, parts.settings) > 0;
  const doubles = fresh.filter(waits);
  if (doubles.length === 0) return fresh;
  parts.logger.info('delivered twice', { messages: doubles.length });
  await showAfterFirst(parts, doubles);
  return fresh.filter((one) => !waits(one));
}

/** Makes messages visible again when their first delivery has ended. */
function showAfterFirst(parts: ValidateParts, submissions: readonly Submission[]): Promise<void> {
  const now = parts.now();
  const messages = submissions.map((submission) => {
    const ms = firstMayRunMs(submission, now, parts.settings);
    const { receiptHandle } = submission.record;
    return { receiptHandle, seconds: Math.max(1, Math.ceil(ms / 1_000)) };
  });
  return retryLater(parts.laneQueue, messages, parts.logger);
}

/** Before any message of the batch is validated, because otherwise another death would include them (R03). */
async function sendAway(
  parts: ValidateParts,
  suspects: readonly Submission[],
  tally: Tally,
): Promise<readonly Submission[]> {
  if (suspects.length === 0) return [];
  const isolated = await isolateTogether(parts, suspects);
  await takeOff(parts, isolated);
  tally.add('Suspects', suspects.length);
  return isolated;
}

/**
 * Messages for which time ran out are not suspects, so they become visible again as soon as they may run, except
 * those whose ending may still be written: they wait until their visibility timeout ends (R04).
 */
async function giveBack(fresh: readonly Submission[], batch: BatchRun): Promise<void> {
  const { parts, progress, tally, context, unanswered } = batch;
  const isDone = (submission: Submission) => progress.get(submission) === 'done';
  if (fresh.every(isDone)) return;
  const closed = await closeMark(batch);
  const late = fresh.filter((one) => (progress.get(one) ?? 'late') === 'late');
  if (late.length === 0) return;
  tally.add('NotInTime', late.length);
  parts.logger.warn('out of time', { notDone: late.length });
  if (!closed) return;
  const soon = late.filter(({ record }) => !unanswered.has(record));
  await ifTimePermits(parts, context, () => showAfterFirst(parts, soon));
}
