/**
 * Lets time pass at once, for everything in this process that asks `Date.now()`: the functions and
 * the emulated queues alike. Timers go on as they are.
 */
const real = Date.now;
let skippedMs = 0;

export function skipTime(ms: number): void {
  skippedMs += ms;
  Date.now = () => real() + skippedMs;
}
