/** A stage that is measured, and what is asked of it. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Queue, Table } from '../../aws/handles.ts';
import { depthsOf } from '../../aws/queue-depths.ts';
import { pagesOf } from '../../aws/table-pages.ts';

export interface Stage {
  readonly name: string;
  readonly critical: Queue;
  readonly background: Queue;
  readonly resources: Table;
  stop(): Promise<void>;
}

export async function depthOf(queue: Queue): Promise<number> {
  const { waiting } = await depthsOf(queue);
  return waiting;
}

const PATIENCE_MS = 300_000;

/**
 * How long each took, ascending, once all are stored. What takes the machine's time meanwhile should be over:
 * it reads the whole table.
 * @param due by resource id, epoch ms
 */
export async function latencies(table: Table, due: ReadonlyMap<string, number>): Promise<number[]> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const took: number[] = [];
    for await (const { items } of pagesOf(table, ['resourceId', 'storedAt'])) {
      for (const { resourceId, storedAt } of items) {
        const dueAt = due.get(String(resourceId));
        if (dueAt !== undefined) took.push(Number(storedAt) - dueAt);
      }
    }
    if (took.length === due.size) return took.sort((a, b) => a - b);
    if (Date.now() > until) throw new Error(`${due.size - took.length} are not stored`);
    await wait(1_000);
  }
}
