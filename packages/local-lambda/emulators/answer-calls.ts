/** Answers the runtime's own calls (calls.ts) in the thread of the emulator. */
import type { MessagePort } from 'node:worker_threads';
import type { CallAnswer, CallOrder } from './calls.ts';
import { handlerOf, type Store } from './sent-attributes.ts';

interface Queue {
  /** Ends all long polls. */
  cancelWaiters(): void;
}

/** Performs orders on a store whose app is built, and answers by the port. */
export function answeringCalls(
  store: Store,
  port: Pick<MessagePort, 'postMessage'>,
): (order: CallOrder) => Promise<void> {
  const waiting = new Map<number, Queue | undefined>();
  return async (order) => {
    if ('cancel' in order) {
      // All polls of that queue end; those that are alive ask again.
      waiting.get(order.cancel)?.cancelWaiters();
      return;
    }
    const { QueueUrl = '' } = order.input as { readonly QueueUrl?: string };
    waiting.set(order.call, store.getQueue(QueueUrl) as unknown as Queue | undefined);
    const answer = await answerOf(store, order);
    waiting.delete(order.call);
    port.postMessage(answer);
  };
}

async function answerOf(
  store: Store,
  { call, action, input }: Extract<CallOrder, { action: string }>,
): Promise<CallAnswer> {
  try {
    const output = await handlerOf(store, action)(input as never, store, { headers: {} });
    return { answered: call, output };
  } catch (error) {
    return { answered: call, refusal: `${action}: ${String(error)}` };
  }
}
