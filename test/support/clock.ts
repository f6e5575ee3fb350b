/**
 * Lets time pass at once, for everything in this process that calls `Date.now()`, the functions and the
 * emulated queues alike, and for the timers of the functions that a test runs ({@link later}).
 */
import type { Machine } from '../../aws/machine.ts';

interface Timer {
  readonly dueAt: number;
  readonly run: () => void;
}

const real = Date.now;
let skippedMs = 0;
let clock = real;
/** While time is stopped: shorter timers run all the same. */
let stoppedFromMs: number | undefined;
const timers = new Set<Timer>();

/** The timers that become due run in their order, each at its time. */
export function skipTime(ms: number): void {
  const until = Date.now() + ms;
  for (;;) {
    const [next] = [...timers].filter((timer) => timer.dueAt <= until).sort(byTime);
    if (next === undefined) break;
    skipTo(Math.max(next.dueAt, Date.now()));
    fire(next);
  }
  skipTo(Math.max(until, Date.now()));
}

/** Restores the time from before anything was skipped. */
export function resetTime(): void {
  skippedMs = 0;
  clock = real;
  stoppedFromMs = undefined;
  Date.now = real;
}

/** Shorter timers only gather calls. */
const SHORT_MS = 50;

/**
 * From now on only {@link skipTime} lets time pass. The time that a busy machine takes for a step does not
 * count. Timers shorter than `shortMs` run all the same.
 */
export function stopTime(shortMs = SHORT_MS): void {
  const at = Date.now();
  skippedMs = 0;
  clock = () => at;
  stoppedFromMs = shortMs;
  skipTo(at);
}

/** Timers of this clock: they run when their time has passed or was skipped. */
export const later: Machine['later'] = (ms, run) => {
  const timer = { dueAt: Date.now() + ms, run };
  timers.add(timer);
  const wake = setTimeout(() => {
    if (stoppedFromMs === undefined || ms < stoppedFromMs) fire(timer);
  }, ms);
  return () => {
    timers.delete(timer);
    clearTimeout(wake);
  };
};

/**
 * Lets time pass until something is done that only waits for time, as between its tries of a call that fails
 * at once.
 */
export async function passTime<T>(done: Promise<T>): Promise<T> {
  let isDone = false;
  const ended = done.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await Promise.race([new Promise(setImmediate), ended]);
    skipTime(SHORT_MS);
  }
  return ended;
}

const byTime = (a: Timer, b: Timer) => a.dueAt - b.dueAt;

function skipTo(at: number): void {
  skippedMs += at - Date.now();
  Date.now = () => clock() + skippedMs;
}

function fire(timer: Timer): void {
  if (timers.delete(timer)) timer.run();
}
