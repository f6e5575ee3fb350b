/**
 * Lets time pass at once, for everything in this process that asks `Date.now()`: the functions and
 * the emulated queues alike. Timers go on as they are.
 */
const real = Date.now;
let skippedMs = 0;
let clock = real;

export function skipTime(ms: number): void {
  skippedMs += ms;
  Date.now = () => clock() + skippedMs;
}

/** Time is as it was before anything was skipped. */
export function resetTime(): void {
  skippedMs = 0;
  clock = real;
  Date.now = real;
}

/** From now on only {@link skipTime} lets time pass: what a busy machine takes for a step is no time. */
export function stopTime(): void {
  const at = real();
  clock = () => at;
  skipTime(0);
}
