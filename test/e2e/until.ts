import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { depths } from './services.ts';
import { DEADLINE_SECONDS } from './settings.ts';

/** Each look is a call or a full table read, in many tests at once: looking must not be the load. */
const POLL_MS = 1_000;

/**
 * Polls `look` until `accept` accepts the result. If the deadline passes first it throws with the last
 * result and the queues' contents, because the reader of a failed run needs them.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T>,
  accept: (seen: T) => boolean,
  deadlineSeconds = DEADLINE_SECONDS,
): Promise<T> {
  const deadline = Date.now() + deadlineSeconds * 1000;
  while (true) {
    const seen = await look();
    if (accept(seen)) return seen;
    if (Date.now() >= deadline) {
      const last = inspect(seen, { depth: 4, maxArrayLength: 10, maxStringLength: 300 });
      const queued = await depths();
      throw new Error(
        `${what}: not within ${deadlineSeconds} s; last seen: ${last}; messages in queues: ${queued}`,
      );
    }
    await delay(POLL_MS);
  }
}
