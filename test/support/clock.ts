/**
 * Lets time pass at once, for everything in this process that calls `Date.now()`: the functions and the
 * emulated queues alike. Timers continue as they are.
 */
const real = Date.now;
let skippedMs = 0;
let clock = real;

export function skipTime(ms: number): void {
  skippedMs += ms;
  Date.now = () => clock() + skippedMs;
}

/** Restores the time from before anything was skipped. */
export function resetTime(): void {
  skippedMs = 0;
  clock = real;
  Date.now = real;
}

/**
 * From now on only {@link skipTime} lets time pass. The time that a busy machine takes for a step does not
 * count.
 */
export function stopTime(): void {
  const at = real();
  clock = () => at;
  skipTime(0);
}
