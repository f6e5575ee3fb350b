/** How close a component is to an incident, now and during the last minutes. */
import type { CrashWindow } from '../../contract/incidents.ts';

/** Crashes in (now − window, now] that may still open an incident (R20). */
export function inWindow({ crashes }: CrashWindow, windowMs: number, now: number): number {
  return crashes.filter(({ at, spent }) => !spent && at > now - windowMs && at <= now).length;
}

/**
 * The count at each step from `from` to `now`, in epoch seconds: the crashes that were in the
 * window then. Spent crashes count too, because they were counted then.
 */
export function slidingCounts(
  { crashes }: CrashWindow,
  windowMs: number,
  from: number,
  now: number,
  steps = 240,
): [number[], number[]] {
  const times = crashes.map(({ at }) => at).toSorted((a, b) => a - b);
  const [xs, ys]: [number[], number[]] = [[], []];
  for (let index = 0; index <= steps; index += 1) {
    const at = from + ((now - from) * index) / steps;
    xs.push(at / 1_000);
    ys.push(firstAfter(times, at) - firstAfter(times, at - windowMs));
  }
  return [xs, ys];
}

/** Number of sorted times that are at or before `at`. */
function firstAfter(times: readonly number[], at: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
