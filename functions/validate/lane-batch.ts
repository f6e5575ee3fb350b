/** The story of a batch from a lane's own queue: suspects away, judge, act, answer. */
import type { Context, SQSBatchResponse, SQSRecord } from 'aws-lambda';
import pLimit from 'p-limit';
import { batchResponse } from '../../core/batch-response.ts';
import { idsOf } from '../../core/correlation.ts';
import { ComponentFault } from '../component-fault.ts';
import { faultOf, logger, Tally } from '../telemetry.ts';
import { processing } from '../traces.ts';
import { type Crash, countCrash, countPluginCrashes, publishValidateCrash } from './crashes.ts';
import { environment, settings } from './environment.ts';
import { withinTime } from './handlers-clock.ts';
import type { IsolationPool } from './isolation/pool.ts';
import { judgeSubmission, reject, store, tellStored } from './outcomes.ts';
import { withinRates } from './rates.ts';
import { readSubmission, type Submission } from './submission.ts';
import { isolate, takeOff } from './suspects.ts';
import { Verification } from './verification.ts';
import { comeAgain } from './visibility.ts';

/** Bodies from the bucket may have 10 MiB each: only so many are in memory at once. */
const claimChecks = pLimit(2);
const writes = pLimit(settings.writesMax);

/** What became of one message in this invocation; only `done` is answered as done. */
type Ending = 'done' | 'fault' | 'late';

interface Batch {
  readonly requestId: string;
  readonly pool: IsolationPool;
  readonly tally: Tally;
  readonly verification: Verification;
  readonly endings: Map<Submission, Ending>;
  /** No time to judge what is not begun. */
  stopped: boolean;
}

/**
 * Judges a batch; whatever is not positively done is reported as failed (R06). A probe is one
 * message that the supervisor runs (R33): it is alone already, so it is judged however often it was
 * delivered. Where it turns out to crash it is isolated like any other; the component works.
 */
export async function validateLaneBatch(
  records: readonly SQSRecord[],
  context: Context,
  pool: IsolationPool,
  probing = false,
): Promise<SQSBatchResponse> {
  const startedAt = Date.now();
  const submissions = await withinRates(records.map(readSubmission));
  const { fresh, suspects } = probing
    ? { fresh: submissions.slice(0, 1), suspects: [] }
    : bySuspicion(submissions);
  const endings = new Map<Submission, Ending>();
  const { awsRequestId: requestId } = context;
  const tally = new Tally(records.length);
  tally.add('Submitted', fresh.length);
  const batch: Batch = {
    requestId,
    pool,
    tally,
    verification: new Verification(context, tally),
    endings,
    stopped: false,
  };

  const work = async () => {
    await sendAway(suspects, batch);
    await Promise.all(fresh.map((submission) => settle(submission, batch)));
  };
  const stop = () => {
    batch.stopped = true;
    pool.stop();
  };
  await withinTime(context, stop, work());
  await bringBackSoon(fresh, batch, context);

  batch.tally.report('batch', { ms: Date.now() - startedAt });
  return batchResponse(
    records.map((record) => record.messageId),
    submissions.map((submission) => (endings.get(submission) === 'done' ? 'done' : 'failed')),
  );
}

/** What is refused for its sender is not run, so it is no suspect however often it was delivered. */
function bySuspicion(submissions: readonly Submission[]) {
  const isSuspect = ({ receives, refusal }: Submission) => receives > 1 && refusal === undefined;
  return {
    fresh: submissions.filter((submission) => !isSuspect(submission)),
    suspects: submissions.filter(isSuspect),
  };
}

/** Before anything of the batch is validated, lest it dies and they with it once more (R03). */
async function sendAway(suspects: readonly Submission[], { endings, tally }: Batch): Promise<void> {
  if (suspects.length === 0) return;
  const sent = await isolate(suspects);
  const gone = suspects.filter((_, position) => sent[position]);
  await takeOff(gone);
  for (const submission of gone) endings.set(submission, 'done');
  tally.add('Suspects', suspects.length);
}

/** A fault of our own fails this message only: it comes back when its visibility ends (R09). */
async function settle(submission: Submission, batch: Batch): Promise<void> {
  const { record, provenance } = submission;
  const act = () => processing(provenance.origin, record, () => judgeAndAct(submission, batch));
  try {
    const viaBucket = submission.carriage.kind === 'claim-check';
    batch.endings.set(submission, await (viaBucket ? claimChecks(act) : act()));
  } catch (fault) {
    batch.endings.set(submission, 'fault');
    batch.tally.add('ComponentFaults');
    const ids = idsOf(provenance.origin);
    logger.error('component fault', { ...ids, ...faultOf(fault) });
  }
}

async function judgeAndAct(submission: Submission, batch: Batch): Promise<Ending> {
  if (batch.stopped) return 'late';
  const { judgement: verdict, text, refusal } = await judgeSubmission(submission, batch.pool);
  const judgement = await batch.verification.verify(verdict);
  countPluginCrashes(batch.tally, submission.provenance.origin, judgement);
  switch (judgement.kind) {
    case 'valid':
      await writes(() => store(submission, judgement, text));
      await tellStored(submission, judgement);
      batch.tally.add('Valid');
      return 'done';
    case 'invalid':
      await writes(() => reject(submission, judgement.issues, text, refusal));
      if (refusal !== undefined) batch.tally.add('SenderRefused');
      batch.tally.add('Invalid');
      return 'done';
    case 'crash':
      await suspect(submission, judgement, batch);
      return 'done';
    case 'unjudged':
      if (judgement.because === 'component-fault') throw new ComponentFault(judgement.reason);
      return 'late';
  }
}

/** A crash that was seen has a known culprit: it waits for no visibility timeout. */
async function suspect(submission: Submission, crash: Crash, batch: Batch): Promise<void> {
  const { origin } = submission.provenance;
  const { messageId } = origin;
  const { requestId, tally } = batch;
  const id = `${requestId}#${messageId}`;
  const { crash: kind, reason } = crash;
  await publishValidateCrash({ id, requestId, messageId, kind, reason, at: Date.now() });
  const [isolated] = await isolate([submission], crash.crash);
  if (!isolated) throw new ComponentFault('the isolation queue did not take a suspect');
  countCrash(tally, origin, crash);
}

/** What was not done in time is no suspect of ours, and shall not wait for long. */
async function bringBackSoon(
  fresh: readonly Submission[],
  { endings, tally }: Batch,
  context: Context,
): Promise<void> {
  const late = fresh.filter((one) => (endings.get(one) ?? 'late') === 'late');
  if (late.length === 0) return;
  tally.add('NotInTime', late.length);
  logger.warn('out of time', { notDone: late.length });
  const messages = late.map(({ record }) => ({ receiptHandle: record.receiptHandle, seconds: 1 }));
  await comeAgain(environment.laneQueueUrl, messages, context);
}
