/**
 * The story of a message in its lane's isolation queue: it runs alone, each attempt recorded before
 * it starts, until it has an outcome or has crashed as often as is allowed (R02).
 */
import type { Context, SQSRecord } from 'aws-lambda';
import { forgetSuspect } from '../../aws/in-flight-table.ts';
import { retryLater } from '../../aws/retry-later.ts';
import { type AttemptPolicy, countedAttempts, decideAttempt } from '../../core/attempt/attempts.ts';
import { backOffSeconds } from '../../core/attempt/back-off.ts';
import type { RecordResult } from '../../core/message/batch-response.ts';
import { idsOf } from '../../core/message/correlation.ts';
import { faultOf } from '../../telemetry/log.ts';
import { AloneRun, type Ending } from './alone-run.ts';
import { deadLetter, publishUnended } from './dead-letter.ts';
import { ifTimePermits, withinTime } from './handlers-clock.ts';
import { during } from './judging.ts';
import { tellEntered } from './outcomes.ts';
import type { ValidateParts } from './parts.ts';
import { readSubmission } from './read-submission.ts';
import type { ValidateSettings } from './settings.ts';
import { asBefore } from './submission.ts';
import { troubleOf } from './trouble-of.ts';

/** Deaths of an environment around a process of its own are not the resource's: a bound, no more. */
const UNEXPLAINED_MAX = 10;
/** After its function's timeout and this, an attempt without end is a death. */
const MARGIN_MS = 2_000;

const policyOf = (settings: ValidateSettings): AttemptPolicy => ({
  attemptsMax: settings.attemptsMax,
  attemptsMaxEnvironmentDied: settings.attemptsMaxEnvironmentDied,
  unexplainedMax: UNEXPLAINED_MAX,
  runningMaxMs: settings.functionTimeoutMs + MARGIN_MS,
});

/** Brings one message one step further; what is not done comes again. */
export async function validateAlone(
  parts: ValidateParts,
  record: SQSRecord,
  context: Context,
): Promise<RecordResult> {
  const { pool, ownProcess, traces, logger } = parts;
  const tally = parts.telemetry.tally(1);
  const submission = readSubmission(parts, record);
  const { origin } = submission.provenance;
  const ids = idsOf(origin);

  let run: AloneRun | undefined;
  let ending: Ending | undefined;
  let inTime = true;
  try {
    inTime = await withinTime(parts, context, async (validating) => {
      const places = { pool: during(pool, validating), ownProcess: during(ownProcess, validating) };
      const its = new AloneRun(parts, submission, context, { ...places, validating }, tally);
      run = its;
      ending = await traces.processing(origin, record, () => advance(parts, its));
    });
    if (!inTime) logger.warn('out of time', ids);
  } catch (fault) {
    tally.add('ComponentFaults');
    logger.error('component fault', { ...ids, ...faultOf(fault) });
  }
  if (ending?.kind === 'done') await forget(parts, origin.messageId, context);
  ending ??= await afterFault(parts, run, { receives: submission.receives, inTime }, context);
  if (ending.kind === 'again') {
    const message = { receiptHandle: record.receiptHandle, seconds: ending.seconds };
    await ifTimePermits(parts, context, () => retryLater(parts.isolationQueue, [message], logger));
  }
  tally.report('alone', { ...ids, ending: ending.kind });
  return ending.kind === 'done' ? 'done' : 'failed';
}

/** Read, decide, act. Throws where something of our own fails. */
async function advance(parts: ValidateParts, run: AloneRun): Promise<Ending> {
  const voided = run.submission.provenance.envelope?.voided ?? [];
  const trouble = await troubleOf(parts, run.submission);
  run.submission = asBefore(run.submission, trouble);
  const { origin } = run.submission.provenance;
  const counted = countedAttempts(trouble?.attempts ?? [], voided);
  const decision = decideAttempt(
    trouble,
    voided,
    parts.now(),
    policyOf(parts.settings),
    origin.round,
  );
  switch (decision.kind) {
    case 'finished':
      await tellEntered(parts, run.submission);
      return { kind: 'done' };
    case 'wait':
      return { kind: 'again', seconds: Math.ceil(decision.ms / 1_000) };
    case 'dead-letter':
      await publishUnended(parts, origin.messageId, counted);
      await deadLetter(parts, run.submission, decision.deadLetter);
      run.tally.add('DeadLettered');
      return { kind: 'done' };
    case 'run':
      if (trouble?.status === 'redriven') run.tally.add('Redriven');
      await publishUnended(parts, origin.messageId, counted);
      return run.attempt(trouble, counted, decision.ownProcess);
  }
}

/** A fault of our own, or no time left: the attempt is taken back, the message waits (R09). */
async function afterFault(
  parts: ValidateParts,
  run: AloneRun | undefined,
  { receives, inTime }: { readonly receives: number; readonly inTime: boolean },
  context: Context,
): Promise<Ending> {
  const seconds = backOffSeconds(receives);
  let ending: Ending = { kind: 'again', seconds };
  await ifTimePermits(parts, context, async () => {
    if (await run?.takeBack(seconds, inTime)) ending = { kind: 'done' };
  });
  return ending;
}

/** What has its ending is no suspect any more. The record of one that could not be removed expires. */
async function forget(parts: ValidateParts, messageId: string, context: Context): Promise<void> {
  try {
    await ifTimePermits(parts, context, () => forgetSuspect(parts.inFlightTable, messageId));
  } catch (fault) {
    parts.logger.warn('suspect not forgotten', { messageId, ...faultOf(fault) });
  }
}
