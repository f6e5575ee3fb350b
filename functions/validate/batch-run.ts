/** Runs a batch of submissions under the mark of this environment, and returns how far each came. */
import type { Context } from 'aws-lambda';
import { ComponentFault } from '../../core/message/component-fault.ts';
import { idsOf } from '../../core/message/correlation.ts';
import type { CrashKind } from '../../packages/isolation/death.ts';
import { endOfWork } from '../../telemetry/invocation.ts';
import { faultOf } from '../../telemetry/log.ts';
import type { Tally } from '../../telemetry/tally.ts';
import { actOnVerdict } from './act-on-verdict.ts';
import { type Crash, countCrash, publishValidateCrash } from './crashes.ts';
import { earlierDeliveries, type Unanswered } from './endings.ts';
import type { IsolatedValidator } from './isolated-validator.ts';
import { loadBody } from './load-body.ts';
import type { Loaded } from './loaded.ts';
import type { ValidateParts } from './parts.ts';
import type { Submission } from './submission.ts';
import { isolate } from './suspects.ts';
import { validateLoaded } from './validate-loaded.ts';
import { Verification } from './verification.ts';
import { ifTimePermits } from './within-time.ts';

/** How far a submission came in this invocation; only `done` is reported as successful. */
export type Progress = 'done' | 'fault' | 'late';

/** The submissions that one invocation runs, and how far each came. */
export interface BatchRun {
  readonly parts: ValidateParts;
  readonly context: Context;
  readonly tally: Tally;
  readonly verification: Verification;
  /** A submission that is not in it is late. */
  readonly progress: Map<Submission, Progress>;
  readonly unanswered: Unanswered;
}

export function newBatch(work: Pick<BatchRun, 'parts' | 'context' | 'tally'>): BatchRun {
  return {
    ...work,
    verification: new Verification(work.parts, work.context, work.tally),
    progress: new Map(),
    unanswered: new Set(),
  };
}

/**
 * Runs submissions that are not suspects. `markedAs` are the ids of their messages on the queue that
 * they came from. Nothing runs unless the mark was written (R03, R09).
 */
export async function runBatch(
  submissions: readonly Submission[],
  markedAs: readonly string[],
  place: IsolatedValidator,
  batch: BatchRun,
): Promise<void> {
  if (submissions.length === 0) return;
  try {
    await batch.parts.inFlight.open(markedAs, batch.context.awsRequestId);
  } catch (fault) {
    for (const submission of submissions) noteFault(submission, fault, batch);
    return;
  }
  await Promise.all(submissions.map((submission) => run(submission, place, batch)));
}

/** How long the handler's answer waits at most until the mark is empty. */
const CLOSING_MS = 2_000;

/**
 * Empties the mark before messages are given back. Returns false if the mark may still name them: a
 * death would then make them suspects, so they must not become visible early.
 */
export async function closeMark({ parts, context, tally }: BatchRun): Promise<boolean> {
  const { now, inFlight } = parts;
  const until = now() + Math.min(CLOSING_MS, context.getRemainingTimeInMillis() / 2);
  let closed = false;
  const close = async () => {
    closed = await inFlight.close(context.awsRequestId, () => until - now());
  };
  // A table that does not answer must not hold up the answer: the timeout would make suspects of all of them.
  await ifTimePermits(parts, context, close, CLOSING_MS);
  if (!closed) tally.add('MarksNotEmptied');
  return closed;
}

/**
 * A fault of our infrastructure fails only this message: it is delivered again when its visibility
 * timeout ends (R09).
 */
async function run(
  submission: Submission,
  place: IsolatedValidator,
  batch: BatchRun,
): Promise<void> {
  const { traces, claimChecks } = batch.parts;
  const act = async () => {
    const loaded = await loadBody(batch.parts, submission);
    const { record, provenance } = loaded.submission;
    return traces.processing(provenance.origin, record, () => validateAndAct(loaded, place, batch));
  };
  try {
    const viaBucket = submission.carriage.kind === 'claim-check';
    batch.progress.set(submission, await (viaBucket ? claimChecks(act) : act()));
  } catch (fault) {
    if (endOfWork()?.aborted) batch.progress.set(submission, 'late');
    else noteFault(submission, fault, batch);
  }
}

function noteFault(submission: Submission, fault: unknown, batch: BatchRun): void {
  const { parts, progress, tally } = batch;
  progress.set(submission, 'fault');
  tally.add('ComponentFaults');
  parts.logger.error('component fault', {
    ...idsOf(submission.provenance.origin),
    ...faultOf(fault),
  });
}

async function validateAndAct(
  loaded: Loaded,
  place: IsolatedValidator,
  batch: BatchRun,
): Promise<Progress> {
  const { parts, tally, verification, unanswered } = batch;
  const validated = await validateLoaded(parts, loaded, place);
  const { submission } = validated;
  const { source } = submission.provenance.origin;
  const verdict = await verification.verify(validated.verdict, source);
  const isEnding = verdict.kind === 'valid' || verdict.kind === 'invalid';
  const earlier = isEnding ? await earlierDeliveries(parts, submission) : undefined;
  if (earlier === 'in isolation') {
    await sendAfterCopy(parts, submission);
    return 'done';
  }
  return actOnVerdict(
    parts,
    { ...validated, verdict },
    {
      tally,
      unanswered,
      earlier,
      onCrash: async (crash) => {
        await isolateCrashed(submission, crash, batch);
        return 'done' as const;
      },
      onSlow: async () => {
        await isolateSlow(submission, batch);
        return 'done' as const;
      },
    },
  );
}

/**
 * A copy of it has run alone and has not ended, and what it ends as must not depend on which copy is faster
 * (R04). So this one goes where the other is: there each waits for the other's attempt.
 */
async function sendAfterCopy(parts: ValidateParts, submission: Submission): Promise<void> {
  await isolateOne(parts, submission);
  parts.logger.info('sent after its copy', idsOf(submission.provenance.origin));
}

/** A crash that was seen has a known culprit, so its message does not wait for the visibility timeout. */
async function isolateCrashed(
  submission: Submission,
  crash: Crash,
  { parts, context, tally }: BatchRun,
): Promise<void> {
  const { origin } = submission.provenance;
  const { messageId } = origin;
  const { awsRequestId: requestId } = context;
  const id = `${requestId}#${messageId}`;
  const { crash: kind, reason } = crash;
  const at = parts.now();
  await publishValidateCrash(parts, { id, requestId, messageId, kind, reason, at });
  await isolateOne(parts, submission, crash.crash);
  countCrash(parts, tally, origin, crash);
}

/**
 * A text that takes long, or much memory, among others runs alone, with the whole deadline and heap. It has not
 * crashed: nothing is known of it but that its neighbours would wait for it (R01, R02).
 */
async function isolateSlow(submission: Submission, { parts, tally }: BatchRun): Promise<void> {
  await isolateOne(parts, submission);
  tally.add('SlowInBatch');
  parts.logger.info('slow', idsOf(submission.provenance.origin));
}

async function isolateOne(
  parts: ValidateParts,
  submission: Submission,
  crash?: CrashKind,
): Promise<void> {
  const [isolated] = await isolate(parts, [submission], { crash });
  if (!isolated) throw new ComponentFault('the isolation queue did not take a message');
}
