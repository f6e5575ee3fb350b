/**
 * Makes FIFO queues deliver and return messages as SQS does. A receive returns as many messages of
 * one group as allowed, in order, and returned messages are in order again. The emulator returns
 * one at a time, and reverses those that return together. Remove it once `dequeueFifo` of fauxqs'
 * sqs/sqsStore returns several of a group.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */

type Message = { sequenceNumber?: string };
type Received = { MessageId: string };

/** The parts of the emulator's queue that are changed. */
export interface FifoQueue {
  isFifo(): boolean;
  processTimers(): void;
  fifoMessages: Map<string, Message[]>;
  /** Number of messages in flight by group. A group with any delivers no more. */
  fifoLockedGroups: Map<string, number>;
  dequeueFifo(count: number, ...settings: unknown[]): Received[];
}

const RECEIVE_MAX = 10;

/** Applies this to every FIFO queue that is created after this call. */
export function giveFifoBatches<Q extends FifoQueue, A extends unknown[]>(store: {
  createQueue(...settings: A): Q;
}): void {
  const createQueue = store.createQueue.bind(store);
  store.createQueue = (...settings) => batching(createQueue(...settings));
}

function batching<Q extends FifoQueue>(queue: Q): Q {
  if (!queue.isFifo()) return queue;
  const dequeue = queue.dequeueFifo.bind(queue);
  queue.dequeueFifo = (count, ...settings) => {
    queue.processTimers();
    for (const messages of queue.fifoMessages.values()) messages.sort(bySequence);
    const locked = new Map(queue.fifoLockedGroups);
    const taken = new Map<string, number>();
    const batch: Received[] = [];
    while (batch.length < Math.min(count, RECEIVE_MAX)) {
      const one = dequeue(1, ...settings);
      if (one.length === 0) break;
      batch.push(...one);
      // Its group may deliver more to this receive, but not to others.
      for (const group of queue.fifoLockedGroups.keys()) {
        if (locked.has(group)) continue;
        taken.set(group, (taken.get(group) ?? 0) + 1);
        queue.fifoLockedGroups.delete(group);
      }
    }
    for (const [group, messages] of taken) queue.fifoLockedGroups.set(group, messages);
    return batch;
  };
  return queue;
}

function bySequence(a: Message, b: Message): number {
  return Number(BigInt(a.sequenceNumber ?? 0) - BigInt(b.sequenceNumber ?? 0));
}
