/**
 * Calls that count by their share (policy `failure-rate`). A report adds to the window no more calls and no more failures
 * than its environment has made in the window's generation (R13). A window that trips opens the breaker, and
 * no other one does (R10). Environments of two deployments may trip by different shares.
 */
import type { WindowTrip } from '../../core/breaker/breaker-policy.ts';
import { type CallWindow, countsAt } from '../../core/breaker/call-window.ts';
import { RuleBroken } from '../checker.ts';

/** What a host did in one generation of a breaker. */
export interface Doings {
  generation: number;
  /** Calls that began in it, and ended. */
  calls: number;
  /** Those that did not succeed. */
  failedCalls: number;
  /** What it has told the fleet. */
  told: number;
  /** Failures that it counted. */
  failures: number;
}

/** The part of a breaker's item that says which calls count. */
export interface Counting {
  readonly pk: string;
  readonly phase: string;
  /** When the phase began, by the clock of whoever decided so. */
  readonly since?: number;
  readonly why?: string;
  readonly window?: CallWindow;
}

/** Whether a save of a closed breaker reports calls: its window shows it, or why it opens. */
export function isReport(before: Counting, after: Counting): boolean {
  if (after.phase === 'open') return countsIn(after.why) !== undefined;
  return JSON.stringify(before.window ?? []) !== JSON.stringify(after.window ?? []);
}

export interface Reported {
  readonly by: string;
  /** The policy of whoever decided. */
  readonly trip: WindowTrip | undefined;
  readonly doings: Doings;
}

/** @throws RuleBroken */
export function reported(before: Counting, after: Counting, { by, trip, doings }: Reported): void {
  if (trip === undefined) {
    throw new RuleBroken('R10', `${by} counts calls of ${after.pk} by their share`);
  }
  const news =
    after.phase === 'open' ? toldAtOnce(before, after, trip) : added(before, after, trip);
  doings.told += news.calls;
  doings.failures += news.failures;
  if (doings.told <= doings.calls && doings.failures <= doings.failedCalls) return;
  const what = `${by} reported ${doings.failures} failures in ${doings.told} calls of ${after.pk}`;
  const made = `${doings.failedCalls} of its ${doings.calls} calls in generation ${doings.generation} failed`;
  throw new RuleBroken('R13', `${what}, and ${made}`);
}

interface Counts {
  readonly calls: number;
  readonly failures: number;
}

function toldAtOnce(before: Counting, after: Counting, trip: WindowTrip): Counts {
  const { calls, failures } = countsIn(after.why) ?? { calls: 0, failures: 0 };
  if (calls < trip.callsMin || failures < trip.share * calls) {
    throw new RuleBroken('R10', `${after.pk} opens, although only ${after.why}`);
  }
  const were = countsAt(before.window ?? [], after.since ?? 0, trip.windowMs);
  return { calls: calls - were.calls, failures: failures - were.failures };
}

/** A report leaves out what is too old, so all of the window counts. */
function added(before: Counting, after: Counting, trip: WindowTrip): Counts {
  const { window = [] } = after;
  const { calls, failures } = countsAt(window, 0, Number.POSITIVE_INFINITY);
  if (calls >= trip.callsMin && failures >= trip.share * calls) {
    const what = `${after.pk} stays closed, although ${failures} of ${calls} calls failed`;
    throw new RuleBroken('R10', what);
  }
  const known = new Set(window.map(({ from }) => from));
  const kept = (before.window ?? []).filter(({ from }) => known.has(from));
  const were = countsAt(kept, 0, Number.POSITIVE_INFINITY);
  return { calls: calls - were.calls, failures: failures - were.failures };
}

/** In the words of core/breaker/breaker-policy.ts. */
function countsIn(why = ''): Counts | undefined {
  const [, failures, calls] = /^(\d+) of (\d+) calls failed$/.exec(why) ?? [];
  return calls === undefined ? undefined : { calls: Number(calls), failures: Number(failures) };
}
