import { setTimeout as wait } from 'node:timers/promises';

const POLL_MS = 200;
const WITHIN_MS = 30_000;

/** Polls until it is true; false if it is not within the time. */
export async function until(isSo: () => Promise<boolean>, withinMs = WITHIN_MS): Promise<boolean> {
  const end = performance.now() + withinMs;
  while (performance.now() < end) {
    if (await isSo()) return true;
    await wait(POLL_MS);
  }
  return false;
}
