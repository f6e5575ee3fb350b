/**
 * May this message run alone now, must it wait, or has it crashed often enough?
 *
 * An attempt is one run of one resource alone. It is recorded before it starts, so that a death
 * nobody survived to report still leaves a mark: an attempt without an end. Receives are not
 * attempts: throttling spends receives, an unreachable table spends receives, and neither says
 * anything about the resource.
 *
 * A crash that the handler saw ended its attempt, and two of them suffice. Where the attempt has no
 * end the whole environment died, which the platform may have caused, so three are needed (R02).
 * Mixed, three in all. An attempt counts as still running while it is younger than `runningMaxMs`
 * (exactly that old is over): a copy of the message waits for it (R04).
 *
 * An attempt that ended without a crash was survived: it spends nothing, even if its environment
 * died before the outcome was written. One that met a fault of our own is removed (R09). Where not even the removal could be
 * written, its request id comes along in the envelope, as `voided`.
 */
import type { DeadLetterReason } from './messages.ts';
import type { CrashKind } from './verdict.ts';

export const QUARANTINE_STATUSES = [
  'in-isolation',
  'quarantined',
  'redriven',
  'discarded',
  'stored',
] as const;
export type QuarantineStatus = (typeof QUARANTINE_STATUSES)[number];

export interface Attempt {
  readonly requestId: string;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly crash?: CrashKind | undefined;
  /** What the crash looked like, free of PHI. */
  readonly reason?: string | undefined;
  /** Epoch ms; set by the handler, which outlived the crash, or saw that there was none. */
  readonly ended?: number | undefined;
}

export interface Trouble {
  readonly status: QuarantineStatus;
  readonly attempts: readonly Attempt[];
}

export interface AttemptPolicy {
  /** Seen crashes that dead-letter. */
  readonly attemptsMax: number;
  /** Attempts of any kind that dead-letter. */
  readonly attemptsMaxEnvironmentDied: number;
  /** Age from which an attempt without end is a death: the function's timeout and a margin. */
  readonly runningMaxMs: number;
}

export type AttemptDecision =
  | { readonly kind: 'run' }
  | { readonly kind: 'finished' }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'dead-letter'; readonly deadLetter: DeadLetterReason };

const ENVIRONMENT_DIED = 'the execution environment died while it ran';

/** Decides on the entry as read consistently from Quarantine; undefined where there is none yet. */
export function decideAttempt(
  trouble: Trouble | undefined,
  voided: readonly string[],
  now: number,
  policy: AttemptPolicy,
): AttemptDecision {
  if (trouble === undefined) return { kind: 'run' };
  switch (trouble.status) {
    case 'quarantined':
    case 'discarded':
    case 'stored':
      return { kind: 'finished' };
    case 'in-isolation':
    case 'redriven':
      return decideByAttempts(countedAttempts(trouble.attempts, voided), now, policy);
  }
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
  const running = attempts.find(
    (attempt) => attempt.ended === undefined && now - attempt.startedAt < policy.runningMaxMs,
  );
  if (running !== undefined) {
    const left = running.startedAt + policy.runningMaxMs - now;
    return { kind: 'wait', ms: Math.min(left, policy.runningMaxMs) };
  }
  const spent = attempts.filter(({ ended, crash }) => ended === undefined || crash !== undefined);
  const seen = spent.filter((attempt) => attempt.ended !== undefined).length;
  const enough = seen >= policy.attemptsMax || spent.length >= policy.attemptsMaxEnvironmentDied;
  return enough ? { kind: 'dead-letter', deadLetter: why(spent) } : { kind: 'run' };
}

function why(attempts: readonly Attempt[]): DeadLetterReason {
  const last = attempts.findLast((attempt) => attempt.crash !== undefined);
  return {
    kind: last?.crash ?? 'exit',
    reason: last?.reason ?? ENVIRONMENT_DIED,
    attempts: attempts.length,
  };
}
