/** What the line of progress shows while a run goes on. */
import { setTimeout as wait } from 'node:timers/promises';
import { bar, rateMeter } from '../cli/progress.ts';
import { countEnded, type Ended, type Tables } from './tables.ts';

export interface Live {
  submitted: number;
  /** How many there will be; undefined where the input does not say. */
  readonly total: number | undefined;
  stored: number;
  rejected: number;
  quarantined: number;
}

/** Reading the tables costs the emulators time; so much of it at most goes into the progress. */
const READING_SHARE = 0.1;
const READ_EVERY_MS = 1_000;

/**
 * Keeps the counts of `live` near the truth until `signal` aborts. What stood in the tables
 * `before` the run (with --data) is not counted; what a newer submission overwrote is not either.
 */
export async function follow(
  live: Live,
  tables: Tables,
  before: Ended,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const startedMs = performance.now();
    // Progress is no reason to fail: the accounting at the end says what is wrong with a table.
    const counts = await countEnded(tables).catch(() => undefined);
    if (counts !== undefined) {
      live.stored = counts.stored - before.stored;
      live.rejected = counts.rejected - before.rejected;
      live.quarantined = counts.quarantined - before.quarantined;
    }
    const tookMs = performance.now() - startedMs;
    // An abort while it waits is how this ends.
    await wait(Math.max(READ_EVERY_MS, tookMs / READING_SHARE), undefined, { signal }).catch(
      () => {},
    );
  }
}

/** @param environments how many processes run functions at the moment. */
export function progressLine(live: Live, environments: () => number): () => string {
  const rate = rateMeter();
  return () => {
    const ended = live.stored + live.rejected + live.quarantined;
    return [
      bar(ended, live.total),
      `submitted ${live.submitted}`,
      `stored ${live.stored}`,
      `rejected ${live.rejected}`,
      `quarantined ${live.quarantined}`,
      `${rate(ended)}/s`,
      `${environments()} environments`,
    ]
      .filter((part) => part !== '')
      .join('  ');
  };
}
