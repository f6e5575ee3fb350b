/** Lets the time of an invocation of `validate` run out (functions/validate/within-time.ts). */
import { skipTime } from './clock.ts';

/** Its timeout. As long as its messages are invisible, it has real time in plenty on any machine. */
export const TIMEOUT_MS = 20_000;

/** The time for validating is up; what was found can still be written. */
export function endValidating(): void {
  skipTime(TIMEOUT_MS - 2_500);
}

/** The work is ended, and then no longer waited for; what follows has as long as it takes. */
export async function timeUp<T>(invocation: Promise<T>): Promise<T> {
  skipTime(TIMEOUT_MS - 1_000);
  await new Promise(setImmediate);
  skipTime(500);
  return invocation;
}
