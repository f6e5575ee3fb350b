/** Submits at a steady rate, whatever the pipeline does, and says when each message was due. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Queue } from '../../aws/handles.ts';
import { sendAll } from '../../aws/lane-queues.ts';
import { sample } from '../../demo/sample/sample.ts';

const SOURCE = 'latency';

export interface Steady {
  readonly perSecond: number;
  readonly count: number;
  /** Begins the id of each resource. */
  readonly round: string;
}

/**
 * Returns when each resource, by id, was due, epoch ms. A send that is late counts as a part of the
 * latency: it is not awaited before the next one.
 */
export async function submitSteadily(
  queue: Queue,
  { perSecond, count, round }: Steady,
): Promise<ReadonlyMap<string, number>> {
  const due = new Map<string, number>();
  const sends: Promise<void>[] = [];
  const startedAt = Date.now();
  for (const text of sample({ count, seed: 1, troubled: false })) {
    const dueAt = startedAt + (due.size * 1_000) / perSecond;
    await wait(Math.max(0, dueAt - Date.now()));
    const id = `${round}-${due.size}`;
    due.set(id, dueAt);
    sends.push(send(queue, [JSON.stringify({ ...JSON.parse(text), id })]));
  }
  await Promise.all(sends);
  return due;
}

/** Keeps at least so many messages waiting in a queue, until `signal` aborts. Returns how many it sent. */
export async function floodUntil(
  queue: Queue,
  { atLeast, depth }: { readonly atLeast: number; readonly depth: () => Promise<number> },
  signal: AbortSignal,
): Promise<number> {
  const [text = ''] = sample({ count: 1, seed: 2, troubled: false });
  const resource = JSON.parse(text);
  let sent = 0;
  while (!signal.aborted) {
    const missing = atLeast - (await depth());
    const bodies = Array.from({ length: Math.max(0, missing) }, () =>
      JSON.stringify({ ...resource, id: `flood-${sent++}` }),
    );
    await send(queue, bodies);
    await wait(200);
  }
  return sent;
}

async function send(queue: Queue, bodies: readonly string[]): Promise<void> {
  const attributes = { source: SOURCE };
  const errors = await sendAll(
    queue,
    bodies.map((body) => ({ body, attributes, groupId: undefined })),
  );
  const error = errors.find((each) => each !== undefined);
  if (error !== undefined) throw error;
}
