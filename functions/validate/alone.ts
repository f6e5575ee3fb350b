/**
 * Processes a message of its lane's isolation queue: it runs alone, and each attempt is recorded before
 * it starts, until it has an ending or has crashed as often as allowed (R02).
 *
 * One delivery takes the message from state to state (alone-states.ts), each step below by one function,
 * and to its end (alone-endings.ts).
 */
import type { Context, SQSRecord } from 'aws-lambda';
import { NotWritten } from '../../aws/conditional-write.ts';
import { startAttempt, surviveAttempt } from '../../aws/quarantine-attempts.ts';
import { markStored } from '../../aws/quarantine-table.ts';
import { retryLater } from '../../aws/retry-later.ts';
import { countedAttempts, decideAttempt } from '../../core/attempt/attempts.ts';
import { backOffSeconds } from '../../core/attempt/back-off.ts';
import type { RecordResult } from '../../core/message/batch-response.ts';
import { ComponentFault } from '../../core/message/component-fault.ts';
import { idsOf } from '../../core/message/correlation.ts';
import { faultOf } from '../../telemetry/log.ts';
import { actOnVerdict } from './act-on-verdict.ts';
import {
  AGAIN_SOON,
  afterFault,
  again,
  DONE,
  endByCrash,
  endByDeadLetter,
  forget,
} from './alone-endings.ts';
import type {
  Allowed,
  Crashed,
  Delivery,
  Ended,
  HasVerdict,
  Received,
  Recorded,
  Recording,
  State,
} from './alone-states.ts';
import { publishUnended } from './dead-letter.ts';
import { publishEntered, type Unanswered } from './endings.ts';
import { loadBody } from './load-body.ts';
import type { ValidateParts } from './parts.ts';
import { placeAlone } from './place-alone.ts';
import { attemptPolicyOf } from './settings.ts';
import { asBefore, pinnedIn, readSubmission } from './submission.ts';
import { withoutVoided } from './take-back.ts';
import { troubleOf } from './trouble-of.ts';
import { validateLoaded } from './validate-loaded.ts';
import { isUndecided, Verification } from './verification.ts';
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

  const unanswered: Unanswered = new Set();
  const story: { state: State } = { state: { kind: 'received', submission } };
  let inTime = true;
  try {
    inTime = await withinTime(parts, context, async (validating) => {
      const verification = new Verification(parts, context, tally);
      const delivery = { parts, context, tally, unanswered, verification, validating };
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
  const seconds = backOffSeconds(submission.receives, unanswered.size > 0);
  const end =
    state.kind === 'ended'
      ? state.end
      : await afterFault(parts, state, { seconds, inTime }, context);
  if (end.kind === 'again') {
    const message = { receiptHandle: record.receiptHandle, seconds: end.seconds };
    await ifTimePermits(parts, context, () => retryLater(parts.isolationQueue, [message], logger));
  }
  tally.report('alone', { ...ids, ending: end.kind });
  return end.kind === 'done' ? 'done' : 'failed';
}

/** Throws on a fault of our infrastructure. */
function next(delivery: Delivery, state: Exclude<State, Ended>): Promise<State> {
  switch (state.kind) {
    case 'received':
      return decide(delivery, state);
    case 'allowed':
      return prepare(delivery, state);
    case 'recording':
      return recordAttempt(delivery, state);
    case 'recorded':
      return validate(delivery, state);
    case 'has verdict':
      return act(delivery, state);
    case 'crashed':
      return endByCrash(delivery, state);
    case 'failed':
      throw state.fault;
  }
}

/** The next step that follows from the message's earlier attempts. */
async function decide(delivery: Delivery, received: Received): Promise<State> {
  const { parts, tally } = delivery;
  const voided = received.submission.provenance.envelope?.voided ?? [];
  const seen = await troubleOf(parts, received.submission);
  const submission = asBefore(received.submission, seen);
  const { origin } = submission.provenance;
  const counted = countedAttempts(seen?.attempts ?? [], voided);
  const policy = attemptPolicyOf(parts.settings);
  const decision = decideAttempt(seen, voided, parts.now(), policy, origin.round);
  switch (decision.kind) {
    case 'finished':
      await publishEntered(parts, submission);
      return DONE;
    case 'wait':
      return again(Math.ceil(decision.ms / 1_000));
    case 'dead-letter':
      await publishUnended(parts, origin.messageId, counted);
      return endByDeadLetter(delivery, await loadBody(parts, submission), decision.deadLetter);
    case 'run':
      if (seen?.status === 'redriven') tally.add('Redriven');
      await publishUnended(parts, origin.messageId, counted);
      return { kind: 'allowed', submission, seen, counted, ownProcess: decision.ownProcess };
  }
}

/**
 * Loads the body before the attempt, which records the version of the body, and waits until a resource
 * can run. So an attempt lasts only while its resource runs, and a death while loading spends none.
 */
async function prepare(
  delivery: Delivery,
  { submission, seen, counted, ownProcess }: Allowed,
): Promise<Recording> {
  const { parts, context, validating } = delivery;
  const loaded = await loadBody(parts, submission);
  const place = await placeAlone(delivery, submission, ownProcess);
  const known = await withoutVoided(parts, loaded.submission, { seen, counted });
  if (validating.aborted) {
    throw new ComponentFault('the time was up before the attempt began');
  }
  const started = { requestId: context.awsRequestId, startedAt: parts.now() };
  const attempt = ownProcess ? { ...started, ownProcess } : started;
  return { kind: 'recording', loaded, seen: known, counted, attempt, place };
}

async function recordAttempt({ parts }: Delivery, recording: Recording): Promise<State> {
  const { lane, quarantineTable, traces } = parts;
  const { loaded, seen, counted, attempt } = recording;
  const { origin } = loaded.submission.provenance;
  const onward = { ...origin, trace: traces.onward(origin) };
  const pinned = pinnedIn(loaded.submission);
  try {
    const start = { origin: onward, lane, seen, counted, attempt, pinned };
    // Another delivery was faster.
    if (!(await startAttempt(quarantineTable, start))) return AGAIN_SOON;
  } catch (fault) {
    if (!(fault instanceof NotWritten)) throw fault;
    // While the table is down, each delivery would send its message again, and Lambda stops such a
    // loop.
    return { kind: 'failed', fault };
  }
  return { ...recording, kind: 'recorded' };
}

async function validate({ parts, verification }: Delivery, recorded: Recorded): Promise<State> {
  const { quarantineTable, traces, now } = parts;
  const { loaded, counted, attempt, place } = recorded;
  const { messageId, source } = loaded.submission.provenance.origin;
  const { requestId, ownProcess = false } = attempt;
  const span = { name: 'attempt', values: { number: counted.length + 1, ownProcess } };
  const validated = await traces.inSpan(span, () => validateLoaded(parts, loaded, place));
  const { verdict } = validated;
  const undecided = isUndecided(verdict);
  const survives = verdict.kind === 'valid' || undecided;
  // A death during what follows must not count as the resource's crash. So the end is recorded first: a
  // stored resource can then never be dead-lettered too (R04).
  if (survives) {
    const end = { requestId, ended: now() };
    const survived = await surviveAttempt(quarantineTable, messageId, counted.length, end);
    // The attempt is no longer there, or the message has ended: another delivery decides what follows.
    if (!survived) return AGAIN_SOON;
  }
  const final = await verification.verify(verdict, source);
  return {
    ...recorded,
    kind: 'has verdict',
    validated: { ...validated, verdict: final },
    // The terminology server takes its time, and meanwhile the message may end.
    isOpen: survives && !undecided,
  };
}

async function act({ parts, tally, unanswered }: Delivery, state: HasVerdict): Promise<State> {
  const { origin } = state.loaded.submission.provenance;
  const end = await actOnVerdict(parts, state.validated, {
    tally,
    unanswered,
    earlier: state.isOpen ? 'nothing' : undefined,
    onStored: (storedAt) => markStored(parts.quarantineTable, origin, storedAt),
    onCrash: async (crash): Promise<Crashed> => ({ ...state, kind: 'crashed', crash }),
  });
  if (end === 'late') throw new ComponentFault('out-of-time');
  return end === 'done' ? DONE : end;
}
