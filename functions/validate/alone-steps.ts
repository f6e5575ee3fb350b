/**
 * The steps of a message that runs alone. Each returns the next state, and the last state says whether the
 * table may hold an attempt.
 */
import { NotWritten } from '../../aws/conditional-write.ts';
import { endAttempt, startAttempt, surviveAttempt } from '../../aws/quarantine-attempts.ts';
import { markStored } from '../../aws/quarantine-table.ts';
import {
  type Attempt,
  type AttemptPolicy,
  countedAttempts,
  decideAttempt,
  type Trouble,
} from '../../core/attempt/attempts.ts';
import { ComponentFault } from '../../core/message/component-fault.ts';
import type { Tally } from '../../telemetry/tally.ts';
import { actOnVerdict } from './act-on-verdict.ts';
import { type Crash, countCrash, publishValidateCrash } from './crashes.ts';
import { deadLetter, publishUnended } from './dead-letter.ts';
import { during, type IsolatedValidator } from './isolated-validator.ts';
import { loadBody } from './load-body.ts';
import type { Loaded } from './loaded.ts';
import { publishEntered } from './outcomes.ts';
import type { ValidateParts } from './parts.ts';
import type { ValidateSettings } from './settings.ts';
import { asBefore, pinnedIn, type Submission } from './submission.ts';
import { withoutVoided } from './take-back.ts';
import { troubleOf } from './trouble-of.ts';
import { type Validated, validateLoaded } from './validate-loaded.ts';
import { isUndecided, type Verification } from './verification.ts';

/** The resource is not blamed when an environment dies around the separate process: this is only a limit. */
const UNEXPLAINED_MAX = 10;
/** An attempt without an end counts as a death once the function's timeout and this time have passed. */
const MARGIN_MS = 2_000;

const policyOf = (settings: ValidateSettings): AttemptPolicy => ({
  attemptsMax: settings.attemptsMax,
  attemptsMaxEnvironmentDied: settings.attemptsMaxEnvironmentDied,
  unexplainedMax: UNEXPLAINED_MAX,
  runningMaxMs: settings.functionTimeoutMs + MARGIN_MS,
});

/** The result of this delivery: its message is done, or must be delivered again. */
export type DeliveryEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'again'; readonly seconds: number };

/** The message's earlier attempts. */
interface Before {
  readonly seen: Trouble | undefined;
  readonly counted: readonly Attempt[];
}

interface Received {
  readonly kind: 'received';
  readonly submission: Submission;
}
/** An attempt is allowed. */
interface Allowed extends Before {
  readonly kind: 'allowed';
  readonly submission: Submission;
  readonly ownProcess: boolean;
}
interface Attempting<Kind extends string> extends Before {
  readonly kind: Kind;
  readonly loaded: Loaded;
  readonly attempt: Attempt;
  readonly place: IsolatedValidator;
}
/** From here on the table may contain the attempt, even if the answer to the write is lost. */
type Recording = Attempting<'recording'>;
type Recorded = Attempting<'recorded'>;
/** The verdict is known. A fault while acting on it is not the resource's. */
interface HasVerdict extends Attempting<'has verdict'> {
  readonly validated: Validated;
}
/** The attempt is spent. */
interface Crashed extends Attempting<'crashed'> {
  readonly crash: Crash;
}
/** Nothing was recorded, because of a fault of our infrastructure. */
interface Failed {
  readonly kind: 'failed';
  readonly fault: unknown;
}
export interface Ended {
  readonly kind: 'ended';
  readonly end: DeliveryEnd;
}

export type State =
  | Received
  | Allowed
  | Recording
  | Recorded
  | HasVerdict
  | Crashed
  | Failed
  | Ended;

/** One delivery of one message. */
export interface Delivery {
  readonly parts: ValidateParts;
  readonly requestId: string;
  readonly tally: Tally;
  readonly verification: Verification;
  /** Aborted when no attempt may begin or continue. */
  readonly validating: AbortSignal;
}

const DONE: Ended = { kind: 'ended', end: { kind: 'done' } };
const again = (seconds: number): Ended => ({ kind: 'ended', end: { kind: 'again', seconds } });
const AGAIN_SOON = again(1);

/** Throws on a fault of our infrastructure. */
export function next(delivery: Delivery, state: Exclude<State, Ended>): Promise<State> {
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
async function decide({ parts, tally }: Delivery, received: Received): Promise<State> {
  const voided = received.submission.provenance.envelope?.voided ?? [];
  const seen = await troubleOf(parts, received.submission);
  const submission = asBefore(received.submission, seen);
  const { origin } = submission.provenance;
  const counted = countedAttempts(seen?.attempts ?? [], voided);
  const policy = policyOf(parts.settings);
  const decision = decideAttempt(seen, voided, parts.now(), policy, origin.round);
  switch (decision.kind) {
    case 'finished':
      await publishEntered(parts, submission);
      return DONE;
    case 'wait':
      return again(Math.ceil(decision.ms / 1_000));
    case 'dead-letter':
      await publishUnended(parts, origin.messageId, counted);
      await deadLetter(parts, submission, decision.deadLetter);
      tally.add('DeadLettered');
      return DONE;
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
  { parts, requestId, validating }: Delivery,
  { submission, seen, counted, ownProcess }: Allowed,
): Promise<Recording> {
  const loaded = await loadBody(parts, submission);
  const place = during(ownProcess ? parts.ownProcess : parts.pool, validating);
  await place.ready();
  const known = await withoutVoided(parts, loaded.submission, { seen, counted });
  if (validating.aborted) {
    throw new ComponentFault('the time was up before the attempt began');
  }
  const started = { requestId, startedAt: parts.now() };
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
  // A death during what follows must not count as the resource's crash. So the end is recorded first: a
  // stored resource can then never be dead-lettered too (R04).
  if (verdict.kind === 'valid' || isUndecided(verdict)) {
    const end = { requestId, ended: now() };
    const survived = await surviveAttempt(quarantineTable, messageId, counted.length, end);
    // The attempt is no longer there: another delivery decides what follows.
    if (!survived) return AGAIN_SOON;
  }
  const final = await verification.verify(verdict, source);
  return { ...recorded, kind: 'has verdict', validated: { ...validated, verdict: final } };
}

async function act({ parts, tally }: Delivery, state: HasVerdict): Promise<State> {
  const { origin } = state.loaded.submission.provenance;
  const end = await actOnVerdict(parts, state.validated, {
    tally,
    onStored: () => markStored(parts.quarantineTable, origin),
    onCrash: async (crash): Promise<Crashed> => ({ ...state, kind: 'crashed', crash }),
  });
  if (end === 'late') throw new ComponentFault('out-of-time');
  return end === 'done' ? DONE : end;
}

/**
 * The crash is published before the attempt is ended. If the attempt has no end, the next delivery
 * publishes the crash again, so every crash is counted (R21).
 */
async function endByCrash({ parts, tally }: Delivery, state: Crashed): Promise<Ended> {
  const { crash, loaded, counted, attempt } = state;
  const { origin } = loaded.submission.provenance;
  const { messageId } = origin;
  const { requestId } = attempt;
  const at = parts.now();
  countCrash(parts, tally, origin, crash);
  const { crash: kind, reason } = crash;
  await publishValidateCrash(parts, { id: requestId, requestId, messageId, kind, reason, at });
  const evidence = { ...attempt, crash: kind, reason, ended: at };
  await endAttempt(parts.quarantineTable, messageId, counted.length, evidence);
  return AGAIN_SOON;
}
