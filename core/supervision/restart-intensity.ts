/**
 * Whether something dies too often to be started once more.
 *
 * OTP's rule (R30): at each restart those of age <= period are kept, the new one is added, and more than
 * `intensity` of them escalate: 3 in 5 s escalates on the fourth. A restart exactly `period` old still
 * counts. Source: `add_restart` of OTP's stdlib, supervisor.erl, and of Elixir's DynamicSupervisor.
 *
 * OTP sees deaths as they happen. Ours are reported through logs and queues, late, twice and in any order.
 * A restart is therefore known by its id, its age is that of the event, and restarts are kept a little
 * longer than the period, so that one reported late still meets those of its time. For reports that come
 * once and in order the result is OTP's.
 */
import { distinct, firstFullWindow, type TimedEvent } from '../incident/sliding-window.ts';

export type Restart = TimedEvent;

export interface IntensityPolicy {
  readonly intensity: number;
  readonly periodMs: number;
}

export interface Restarts {
  readonly kind: 'kept' | 'escalated';
  /** The restarts that are kept, in order of time, with the new one. */
  readonly restarts: readonly Restart[];
}

/** Maximum difference between the reports of two restarts of the same time. */
export const LATE_MS = 60_000;

/** Adds one restart. Returns the same list if it was already known. */
export function addRestart(
  restarts: readonly Restart[],
  restart: Restart,
  { intensity, periodMs }: IntensityPolicy,
): Restarts {
  const known = restarts.some(({ id, at }) => id === restart.id && at <= restart.at);
  if (known) return { kind: 'kept', restarts };
  const all = distinct([...restarts, restart]);
  const newest = Math.max(...all.map(({ at }) => at));
  const kept = all.filter(({ at }) => newest - at <= periodMs + LATE_MS);
  // Whole milliseconds: younger than `period` + 1 is the same as at most `period` old.
  const full = firstFullWindow(kept, periodMs + 1, intensity + 1);
  return { kind: full === undefined ? 'kept' : 'escalated', restarts: kept };
}
