/**
 * Ends the work of an invocation with the invocation (R61).
 *
 * Lambda freezes an environment once it has responded, and thaws it for another invocation, minutes
 * or hours later. A call that is still pending would go on then. So all calls made within `scoped`
 * work are aborted when the work is over. The SDK's clients (aws/clients.ts) and `fetch` take the
 * signal from here, so no step has to pass it on.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { abortWith } from './abort-with.ts';

/** The work that made the call is over. */
export class WorkEnded extends Error {
  override readonly name = 'WorkEnded';
}

/**
 * One error for all work: nobody needs its stack, and making a stack for each invocation takes
 * time.
 */
const WORK_ENDED = new WorkEnded('the work that made the call is over');

const scopes = new AsyncLocalStorage<AbortSignal>();

/** Aborted once the current work is over; undefined outside of any. */
export function endOfWork(): AbortSignal | undefined {
  return scopes.getStore();
}

/** Runs the work. Aborts what it leaves pending when it ends, or when `end` is called. */
export async function scoped<T>(work: (end: () => void) => Promise<T>): Promise<T> {
  const around = scopes.getStore();
  const own = new AbortController();
  const end = () => own.abort(WORK_ENDED);
  const letGo = abortWith(own, around);
  try {
    return await scopes.run(own.signal, () => work(end));
  } finally {
    end();
    letGo();
  }
}
