/** Polls until all have ended, or the time is over. */

export interface Waiting {
  readonly timeoutMs: number;
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<unknown>;
  readonly signal?: AbortSignal | undefined;
  /** Called after each poll with the number that still wait. */
  readonly onLook?: (waiting: number) => void;
}

/** Short at first, because most end within a second; then every few seconds. */
const FIRST_MS = 250;
const MOST_MS = 2_000;

/**
 * @param look returns the endings of those ids that have ended
 * @returns the ending of each that ended in time
 */
export async function waitFor<Ending>(
  ids: readonly string[],
  look: (ids: readonly string[]) => Promise<ReadonlyMap<string, Ending>>,
  { timeoutMs, now, wait, signal, onLook }: Waiting,
): Promise<Map<string, Ending>> {
  const endings = new Map<string, Ending>();
  const until = now() + timeoutMs;
  let pauseMs = FIRST_MS;
  for (let waiting = [...new Set(ids)]; waiting.length > 0; ) {
    for (const [id, ending] of await look(waiting)) endings.set(id, ending);
    waiting = waiting.filter((id) => !endings.has(id));
    onLook?.(waiting.length);
    if (waiting.length === 0 || now() >= until || signal?.aborted === true) break;
    await wait(Math.min(pauseMs, until - now()));
    pauseMs = Math.min(MOST_MS, pauseMs * 2);
  }
  return endings;
}
