/** Works through entries, several at a time and no faster than allowed, until told to stop. */
import { setTimeout as wait } from 'node:timers/promises';
import { pace } from './pace.ts';

/** Waiting for the network, not for us. */
const PARALLEL_MAX = 8;

export interface WorkOptions<Ending extends string = string> {
  /** Entries a second. */
  readonly rate: number;
  readonly signal?: AbortSignal | undefined;
  /** Told of each as it ends. */
  readonly onEnded?: ((ending: Ending) => void) | undefined;
}

/** How many ended how. */
export type Counts<Ending extends string> = Partial<Record<Ending, number>>;

/** Does `work` for each id and counts how they ended. What is under way when it is stopped is finished. */
export async function workThrough<Ending extends string>(
  ids: AsyncGenerator<string>,
  { rate, signal, onEnded }: WorkOptions<Ending>,
  work: (id: string) => Promise<Ending>,
): Promise<Counts<Ending>> {
  const counts: Counts<Ending> = {};
  const turn = pace(rate, () => performance.now(), wait);
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
