/**
 * Decides whether a message may run alone now, must wait, or has crashed often enough to be dead-lettered.
 *
 * An attempt is one run of one resource alone. It is recorded before it starts, so a death that nobody
 * survived to report still leaves a mark: an attempt without an end. Receives are not attempts: throttling
 * and unreachable tables spend receives, and neither says anything about the resource.
 *
 * A crash that the handler saw ends its attempt, and two of them suffice. An attempt without an end means
 * that the whole environment died, which anything may have caused, so three are needed (R02); mixed, three
 * in all. After an environment died, the resource runs in a process of its own: if it was the killer, it
 * kills that process, and the handler sees it. An environment that dies around such a process is no
 * evidence against the resource, unless it ran out of memory: in a storm of killed environments an innocent
 * resource would be there three times. A separate bound keeps it from being tried for ever.
 *
 * An attempt counts as running while it is younger than `runningMaxMs` (at exactly that age it is over). A
 * copy of the message waits for it (R04).
 *
 * An attempt that ended without a crash was survived. It spends nothing, even if its environment died
 * before the outcome was written. Its delivery is about to write the outcome, so until that age it counts as
 * running too, and for as long afterwards as that write may come late. One that met a fault of our own is removed (R09). If even the removal
 * could not be written, its request id travels in the envelope, as `voided`.
 */

import type { CrashKind } from '../../packages/isolation/death.ts';
import type { BodyLocation } from '../message/claim-check.ts';
import type { DeadLetterReason } from '../message/messages.ts';
import { LATE_WRITE_SECONDS } from './back-off.ts';

export const QUARANTINE_STATUSES = [
  'in-isolation',
  'quarantined',
  'redriven',
  'discarded',
  'stored',
  /** A resource that the server had refused; after a redrive the server accepted it. */
  'delivered',
] as const;
export type QuarantineStatus = (typeof QUARANTINE_STATUSES)[number];

export interface Attempt {
  readonly requestId: string;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly crash?: CrashKind | undefined;
  /** What the crash looked like, free of PHI. */
  readonly reason?: string | undefined;
  /** Epoch ms. Set by the handler, which survived the crash, or saw that there was none. */
  readonly ended?: number | undefined;
  /** It ran in a process of its own, or was meant to but none loaded. */
  readonly ownProcess?: true | undefined;
}

export interface Trouble {
  readonly status: QuarantineStatus;
  readonly attempts: readonly Attempt[];
  /** Number of redrives. Absent before the first. */
  readonly round?: number | undefined;
  /** The object that was read for a claim check, with its version. */
  readonly pinned?: BodyLocation | undefined;
  /** The producer's own id, if it may be published. */
  readonly correlationId?: string | undefined;
}

export interface AttemptPolicy {
  /** Crashes that the handler saw: this many dead-letter the message. */
  readonly attemptsMax: number;
  /** Attempts of any kind: this many dead-letter the message. */
  readonly attemptsMaxEnvironmentDied: number;
  /** Deaths of environments around a process of its own: this many dead-letter the message. */
  readonly unexplainedMax: number;
  /** An attempt without an end that is this old is a death: the function's timeout and a margin. */
  readonly runningMaxMs: number;
}

export type AttemptDecision =
  | { readonly kind: 'run'; readonly ownProcess: boolean }
  | { readonly kind: 'finished' }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'dead-letter'; readonly deadLetter: DeadLetterReason };

export const ENVIRONMENT_DIED = 'the execution environment died while it ran';

/**
 * Decides on the entry, read consistently from Quarantine; undefined if there is none yet. `round` is the
 * message's: a copy of a round that a redrive has ended changes nothing.
 */
export function decideAttempt(
  trouble: Trouble | undefined,
  voided: readonly string[],
  now: number,
  policy: AttemptPolicy,
  round = 0,
): AttemptDecision {
  if (trouble === undefined) return { kind: 'run', ownProcess: false };
  if (hasEnded(trouble, round)) return { kind: 'finished' };
  return decideByAttempts(countedAttempts(trouble.attempts, voided), now, policy);
}

/** Whether a message of that round has ended: its entry says how, or is of a later round. */
export function hasEnded(trouble: Pick<Trouble, 'status' | 'round'>, round = 0): boolean {
  if (round < roundOf(trouble)) return true;
  switch (trouble.status) {
    case 'quarantined':
    case 'discarded':
    case 'stored':
    case 'delivered':
      return true;
    case 'in-isolation':
    case 'redriven':
      return false;
  }
}

/** How often a message, or an entry, was redriven. */
export function roundOf({ round }: Pick<Trouble, 'round'>): number {
  return round ?? 0;
}

/**
 * Whether a message begins a round of its entry: the redrive that sent it died, or has not raised the round
 * yet. Then the message's first run raises it.
 */
export function beginsRound(message: Pick<Trouble, 'round'>, trouble: Trouble): boolean {
  return trouble.status === 'quarantined' && roundOf(message) > roundOf(trouble);
}

/** The attempts that count: all but those that met a fault of our own (R09). */
export function countedAttempts(
  attempts: readonly Attempt[],
  voided: readonly string[],
): readonly Attempt[] {
  return attempts.filter((attempt) => !voided.includes(attempt.requestId));
}

function decideByAttempts(
  attempts: readonly Attempt[],
  now: number,
  policy: AttemptPolicy,
): AttemptDecision {
  for (const attempt of attempts) {
    const mayEndMs = mayEndWithinMs(attempt, policy);
    const left = attempt.startedAt + mayEndMs - now;
    if (left > 0) return { kind: 'wait', ms: Math.min(left, mayEndMs) };
  }
  const crashes = attempts.filter(({ ended, crash }) => ended === undefined || crash !== undefined);
  const unexplained = crashes.filter(isUnexplained).length;
  const spent = crashes.length - unexplained;
  const seen = crashes.filter(({ ended }) => ended !== undefined).length;
  const enough =
    seen >= policy.attemptsMax ||
    spent >= policy.attemptsMaxEnvironmentDied ||
    unexplained >= policy.unexplainedMax;
  if (enough) return { kind: 'dead-letter', deadLetter: why(crashes) };
  return { kind: 'run', ownProcess: seen < crashes.length };
}

/** How long after its start an attempt may still end, or be about to write its outcome; 0 if it has crashed. */
function mayEndWithinMs({ ended, crash }: Attempt, { runningMaxMs }: AttemptPolicy): number {
  if (ended === undefined) return runningMaxMs;
  return crash === undefined ? runningMaxMs + LATE_WRITE_SECONDS * 1_000 : 0;
}

/** The environment died around a process of its own, and not because of that process's memory. */
function isUnexplained({ ended, ownProcess, crash }: Attempt): boolean {
  return ended === undefined && ownProcess === true && crash !== 'out-of-memory';
}

function why(attempts: readonly Attempt[]): DeadLetterReason {
  const last = attempts.findLast((attempt) => attempt.crash !== undefined);
  return {
    kind: last?.crash ?? 'exit',
    reason: last?.reason ?? ENVIRONMENT_DIED,
    attempts: attempts.length,
  };
}
