/** The progress line of a run. */
import { setTimeout as wait } from 'node:timers/promises';
import { bar, rateMeter } from '../cli/progress.ts';
import { countEnded, type Ended, type Tables } from './tables.ts';

export interface Live {
  submitted: number;
  /** How many there will be; undefined if the input does not say. */
  readonly total: number | undefined;
  stored: number;
  rejected: number;
  quarantined: number;
}

/** Share of the time that progress may spend on reading the tables, which costs the emulators time. */
const READING_SHARE = 0.05;
const READ_EVERY_MS = 1_000;
/** While the tables are empty, reading them is cheap. */
const FIRST_EVERY_MS = 100;

/**
 * Keeps the counts of `live` up to date until `signal` aborts. What was in the tables `before` the run
 * (with --data) is not counted; neither is what a newer submission overwrote. Calls `onFirst` once
 * something has ended.
 */
export async function follow(
  { live, onFirst }: { readonly live: Live; readonly onFirst?: () => void },
  tables: Tables,
  before: Ended,
  signal: AbortSignal,
): Promise<void> {
  // An abort while it waits is the normal end.
  const pause = (ms: number) => wait(ms, undefined, { signal }).catch(() => {});
  let seen = false;
  while (!signal.aborted) {
    const startedMs = performance.now();
    await read(live, tables, before);
    const tookMs = performance.now() - startedMs;
    if (!seen && endedOf(live) > 0) {
      seen = true;
      onFirst?.();
    }
    await pause(seen ? Math.max(READ_EVERY_MS, tookMs / READING_SHARE) : FIRST_EVERY_MS);
  }
}

const endedOf = ({ stored, rejected, quarantined }: Live) => stored + rejected + quarantined;

/** A failure here must not end the run: the accounting at the end reports what is wrong with a table. */
async function read(live: Live, tables: Tables, before: Ended): Promise<void> {
  const counts = await countEnded(tables).catch(() => undefined);
  if (counts === undefined) return;
  live.stored = counts.stored - before.stored;
  live.rejected = counts.rejected - before.rejected;
  live.quarantined = counts.quarantined - before.quarantined;
}

/** @param environments returns the number of processes that run functions */
export function progressLine(live: Live, environments: () => number): () => string {
  const rate = rateMeter();
  return () => {
    const ended = endedOf(live);
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
