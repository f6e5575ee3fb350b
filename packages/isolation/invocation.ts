/**
 * Ties work to the invocation that began it. Lambda freezes an environment between two invocations, and
 * work that is still running then continues in the next one. So each invocation has a signal. Once it
 * is aborted, no work of that invocation begins, and running work is ended.
 */

/** No text can run, or the time is up. It is a fault of the code that runs texts, not of a text. */
export class IsolationFault extends Error {
  override readonly name = 'IsolationFault';
}

/** The invocation has no time left for texts that have not started. */
export function timeUp(): IsolationFault {
  return new IsolationFault('the time was up before it could begin');
}

/** Waits for the work, but not longer than the invocation lasts. Does not stop the work itself. */
export async function whileItLasts<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return work;
  const over = Promise.withResolvers<never>();
  const end = () => over.reject(timeUp());
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([work, over.promise]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** Calls back once for each of its signals, when that signal is aborted. */
export class Signals {
  readonly #known = new WeakSet<AbortSignal>();
  readonly #onAborted: (signal: AbortSignal) => void;

  constructor(onAborted: (signal: AbortSignal) => void) {
    this.#onAborted = onAborted;
  }

  follow(signal: AbortSignal | undefined): void {
    if (signal === undefined || this.#known.has(signal)) return;
    this.#known.add(signal);
    signal.addEventListener('abort', () => this.#onAborted(signal), { once: true });
  }
}
