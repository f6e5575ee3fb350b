import { setTimeout as wait } from 'node:timers/promises';

/** Polls until `signal` aborts. A failed poll does not end it: the next may succeed. */
export async function lookRegularly(
  look: () => Promise<void>,
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await look().catch(() => {});
    // An abort while it waits is the normal end.
    await wait(everyMs, undefined, { signal }).catch(() => {});
  }
}
