/** What the benchmark sends: a flood at full speed, and quiet sources at a steady pace. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Queue } from '../../aws/handles.ts';
import { sendAll } from '../../aws/lane-queues.ts';
import { groupIdOf } from '../../core/message/message-group.ts';
import { sample } from '../../demo/sample/sample.ts';

/** Sends of the flood under way at once. */
const PARALLEL = 4;
const BATCH = 10;

export interface Stream {
  readonly source: string;
  readonly count: number;
  /** Whether messages carry the group of their source. */
  readonly grouped: boolean;
}

/** Healthy patients, each with an id of its own, so that none replaces another. */
function* texts({ source, count }: Stream, round: string): Generator<string> {
  let n = 0;
  for (const text of sample({ count, seed: 1, troubled: false })) {
    n += 1;
    yield JSON.stringify({ ...JSON.parse(text), id: `${round}-${source}-${n}` });
  }
}

async function send(queue: Queue, { source, grouped }: Stream, bodies: readonly string[]) {
  const groupId = grouped ? groupIdOf(source) : undefined;
  const messages = bodies.map((body) => ({ body, attributes: { source }, groupId }));
  const [error] = (await sendAll(queue, messages)).filter((each) => each !== undefined);
  if (error !== undefined) throw error;
}

/** Sends all of a stream as fast as it can. */
export async function flood(queue: Queue, stream: Stream, round: string) {
  const source = texts(stream, round);
  const sendNext = async () => {
    for (;;) {
      const bodies: string[] = [];
      while (bodies.length < BATCH) {
        const { value, done } = source.next();
        if (done) break;
        bodies.push(value);
      }
      if (bodies.length === 0) return;
      await send(queue, stream, bodies);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, sendNext));
}

/** Sends a stream one message at a time, one each `everyMs`. */
export async function trickle(queue: Queue, stream: Stream, round: string, everyMs: number) {
  const startedMs = performance.now();
  let sent = 0;
  for (const body of texts(stream, round)) {
    await wait(Math.max(0, startedMs + sent * everyMs - performance.now()));
    await send(queue, stream, [body]);
    sent += 1;
  }
}
