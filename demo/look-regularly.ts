import { setTimeout as wait } from 'node:timers/promises';

/** Looks again and again until `signal` aborts. A look that fails is no reason to end: the next may not. */
export async function lookRegularly(
  look: () => Promise<void>,
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await look().catch(() => {});
    // An abort while it waits is how this ends.
    await wait(everyMs, undefined, { signal }).catch(() => {});
  }
}
