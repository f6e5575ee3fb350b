/**
 * Lets a standard queue look for messages that became visible again only when there can be one. The emulator looks
 * at each message in flight whenever it receives, and every 20 ms while somebody polls. A mapping that collects
 * for minutes has thousands in flight. Remove it once `processTimers` of fauxqs' sqs/sqsStore knows the next
 * deadline.
 */

interface InFlight {
  /** Epoch ms. */
  readonly visibilityDeadline: number;
}

interface Received {
  readonly ReceiptHandle: string;
}

/** The parts of the emulator's queue that are changed. */
export interface TimedQueue {
  isFifo(): boolean;
  readonly messages: { readonly length: number };
  readonly delayedMessages: readonly unknown[];
  readonly inflightMessages: ReadonlyMap<string, InFlight>;
  processTimers(): void;
  notifyWaiters(): void;
  dequeue(...settings: unknown[]): Received[];
  changeVisibility(handle: string, seconds: number): void;
}

/** Changes every queue that is created after this call. */
export function waitForDeadlines<Q extends TimedQueue, A extends unknown[]>(
  store: { createQueue(...settings: A): Q },
  clock: () => number = () => Date.now(),
): void {
  const createQueue = store.createQueue.bind(store);
  store.createQueue = (...settings) => waiting(createQueue(...settings), clock);
}

function waiting<Q extends TimedQueue>(queue: Q, clock: () => number): Q {
  if (queue.isFifo()) return queue;
  const processTimers = queue.processTimers.bind(queue);
  const dequeue = queue.dequeue.bind(queue);
  const changeVisibility = queue.changeVisibility.bind(queue);
  /** No deadline is earlier. Unknown at first: messages may have been loaded. */
  let earliestMs = 0;
  const heed = (handle: string) => {
    const deadlineMs = queue.inflightMessages.get(handle)?.visibilityDeadline;
    if (deadlineMs !== undefined) earliestMs = Math.min(earliestMs, deadlineMs);
  };

  queue.processTimers = () => {
    if (clock() < earliestMs && queue.delayedMessages.length === 0) {
      if (queue.messages.length > 0) queue.notifyWaiters();
      return;
    }
    processTimers();
    earliestMs = Number.POSITIVE_INFINITY;
    for (const handle of queue.inflightMessages.keys()) heed(handle);
  };
  queue.dequeue = (...settings) => {
    const received = dequeue(...settings);
    for (const { ReceiptHandle } of received) heed(ReceiptHandle);
    return received;
  };
  queue.changeVisibility = (handle, seconds) => {
    changeVisibility(handle, seconds);
    heed(handle);
  };
  return queue;
}
