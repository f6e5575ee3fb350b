/** A text that waits for its outcome, and the chunk in which texts are sent to a worker. */
import type { Allowance, Outcome } from './outcome.ts';
import type { Chunk } from './worker-thread.ts';

export interface Task<R> {
  readonly text: string;
  readonly data: () => unknown;
  /** The signal of the calling invocation. Once it is aborted, nobody waits any more. */
  readonly signal: AbortSignal | undefined;
  readonly allowance: Allowance | undefined;
  /** Set after a step has killed a worker. */
  resume?: { readonly from: unknown };
  readonly settle: (outcome: Outcome<R>) => void;
  settled: boolean;
}

/** Settles a task. A later outcome changes nothing. */
export function settle<R>(task: Task<R> | undefined, outcome: Outcome<R>): void {
  if (task === undefined || task.settled) return;
  task.settled = true;
  task.settle(outcome);
}

export function toChunk<R>(tasks: readonly Task<R>[]): Chunk {
  const resumes: Record<number, unknown> = {};
  for (const [position, { resume }] of tasks.entries()) {
    if (resume !== undefined) resumes[position] = resume.from;
  }
  return { texts: tasks.map(({ text }) => text), data: tasks.map(({ data }) => data()), resumes };
}
