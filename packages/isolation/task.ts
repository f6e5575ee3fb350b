/** A text that waits for its judgement, and the chunk in which texts travel to a worker. */
import type { Resume } from '../../functions/validate/plugins/progress.ts';
import type { Judgement } from './pool.ts';
import type { Chunk } from './worker-thread.ts';

export interface Task {
  readonly text: string;
  readonly submittedAt: number;
  /** The plugins, by position, that are switched off when it is handed to a worker. */
  readonly off: () => readonly number[];
  /** Of the invocation that asks: once it is aborted nobody waits any more (R61). */
  readonly signal: AbortSignal | undefined;
  /** Who sent it: a source may have profiles of its own. */
  readonly source: string | undefined;
  /** Set once an advisory plugin took a worker along. */
  resume?: Resume;
  readonly settle: (judgement: Judgement) => void;
  settled: boolean;
}

export const OUT_OF_TIME = { kind: 'unjudged', because: 'out-of-time' } as const;
export const NONE_OFF = (): readonly number[] => [];

/** A judgement that comes later changes nothing. */
export function settle(task: Task | undefined, judgement: Judgement): void {
  if (task === undefined || task.settled) return;
  task.settled = true;
  task.settle(judgement);
}

export function toChunk(tasks: readonly Task[]): Chunk {
  const resumes: Record<number, Resume> = {};
  const off: Record<number, readonly number[]> = {};
  const sources: Record<number, string> = {};
  for (const [position, task] of tasks.entries()) {
    if (task.resume !== undefined) resumes[position] = task.resume;
    if (task.source !== undefined) sources[position] = task.source;
    const switchedOff = task.off();
    if (switchedOff.length > 0) off[position] = switchedOff;
  }
  return {
    texts: tasks.map((task) => task.text),
    submittedAt: tasks.map((task) => task.submittedAt),
    sources,
    off,
    resumes,
  };
}

export function componentFault(reason: string): Judgement {
  return { kind: 'unjudged', because: 'component-fault', reason };
}
