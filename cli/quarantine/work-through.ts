/** Processes entries, several at a time and within a rate, until it is stopped. */
import { type Machine, pause } from '../../aws/machine.ts';
import { rateLimit } from './rate-limit.ts';

/** The network is the bottleneck, not this process. */
const PARALLEL_MAX = 8;

export interface WorkOptions<Ending extends string = string> {
  /** Entries a second. */
  readonly rate: number;
  readonly signal?: AbortSignal | undefined;
  /** Called for each entry when it is done. */
  readonly onEnded?: ((ending: Ending) => void) | undefined;
}

/** Number of entries by ending. */
export type Counts<Ending extends string> = Partial<Record<Ending, number>>;

/**
 * Calls `work` for each id and counts the results. When it is stopped, it finishes the work in
 * progress.
 */
export async function workThrough<Ending extends string>(
  ids: AsyncGenerator<string>,
  { rate, signal, onEnded }: WorkOptions<Ending>,
  { now, later }: Pick<Machine, 'now' | 'later'>,
  work: (id: string) => Promise<Ending>,
): Promise<Counts<Ending>> {
  const counts: Counts<Ending> = {};
  const turn = rateLimit(rate, now, (ms) => pause({ later }, ms));
  const loop = async () => {
    for (;;) {
      await turn();
      if (signal?.aborted === true) return;
      const { value: id, done } = await ids.next();
      if (done === true) return;
      const ending = await work(id);
      counts[ending] = (counts[ending] ?? 0) + 1;
      onEnded?.(ending);
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL_MAX, Math.ceil(rate)) }, loop));
  return counts;
}
