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

/** What becomes of the delivery: its message is done, or must be delivered again. */
export type DeliveryEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'again'; readonly seconds: number };

/** What is known of the message's attempts before this one. */
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
/** From here on the table may have the attempt, even if the answer to the write is lost. */
type Recording = Attempting<'recording'>;
type Recorded = Attempting<'recorded'>;
/** Its verdict is known, and acting on it is not the resource's doing any more. */
interface HasVerdict extends Attempting<'has verdict'> {
  readonly validated: Validated;
}
/** The attempt is spent. */
interface Crashed extends Attempting<'crashed'> {
  readonly crash: Crash;
}
/** Nothing was recorded, for a fault of our own. */
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
  /** Aborted when no attempt may begin any more, and none may go on. */
  readonly validating: AbortSignal;
}

const DONE: Ended = { kind: 'ended', end: { kind: 'done' } };
const again = (seconds: number): Ended => ({ kind: 'ended', end: { kind: 'again', seconds } });
const AGAIN_SOON = again(1);

/** Throws where something of our own fails. */
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

/** What the message's former attempts lead to. */
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
 * Loads before the attempt, which is recorded with the version that it is about, and waits for the place:
 * an attempt lasts no longer than its resource, so what kills a loading environment spends none.
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
    // While the table is down each delivery would send its message anew, and Lambda stops such a loop.
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
  // What comes now is no doing of the resource: a death in it must not count as its crash.
  // So it is recorded first: what is stored can then never be dead-lettered too (R04).
  if (verdict.kind === 'valid' || isUndecided(verdict)) {
    const end = { requestId, ended: now() };
    const survived = await surviveAttempt(quarantineTable, messageId, counted.length, end);
    // The attempt is no longer there: what follows from it is somebody else's to decide.
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
 * The crash is published before the attempt is ended: one without end is published anew by the
 * next delivery, so that no crash goes uncounted (R21).
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
