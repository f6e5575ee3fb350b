/** The queues of a stage: what is sent to them, how many messages they hold and for how long. */
import type { Queue } from '../aws/handles.ts';
import { depthsOf } from '../aws/queue-depths.ts';
import { receiveVisibly, sendText } from '../aws/single-messages.ts';
import { AUDIT_CHAIN } from '../core/audit/audit-fact.ts';

const RECEIVES_UNCOUNTED = 3;
const TRIES_MAX = 30;

export type SeenMessage = NonNullable<Awaited<ReturnType<typeof receiveVisibly>>>;

export class StageQueues {
  readonly #sqs: Queue['sqs'];
  readonly #urlOf: (queue: string) => string;
  /** Time of the first message to a queue without readers, epoch ms. */
  readonly #sentAt = new Map<string, number>();
  /** Queues whose message was received so often that AWS leaves it out of their age. */
  readonly #uncounted = new Set<string>();

  constructor(sqs: Queue['sqs'], urlOf: (queue: string) => string) {
    this.#sqs = sqs;
    this.#urlOf = urlOf;
  }

  async send(
    queue: string,
    body: string,
    attributes: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    if (!this.#sentAt.has(queue)) this.#sentAt.set(queue, Date.now());
    const fifo = { groupId: AUDIT_CHAIN, deduplicationId: crypto.randomUUID() };
    await sendText(this.#at(queue), body, attributes, queue.endsWith('.fifo') ? fifo : undefined);
  }

  /** From this call on the queue has no reader. */
  unread(queue: string): void {
    this.#sentAt.delete(queue);
    this.#uncounted.delete(queue);
  }

  /** Receives the message of a queue without readers more often than AWS counts. */
  async receiveAgain(queue: string): Promise<SeenMessage> {
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const message = await receiveVisibly(this.#at(queue));
      if (message === undefined) continue;
      const receives = Number(message.Attributes?.ApproximateReceiveCount);
      if (receives <= RECEIVES_UNCOUNTED) continue;
      this.#uncounted.add(queue);
      return message;
    }
    throw new Error(`no message of ${queue} was received more than ${RECEIVES_UNCOUNTED} times`);
  }

  /** Messages that wait visibly. */
  async depthOf(queue: string): Promise<number> {
    return (await depthsOf(this.#at(queue))).waiting;
  }

  /**
   * In seconds, since the first message after its readers stopped. 0 if no message is left, or if
   * it was received three times: AWS does not count such a message.
   */
  async ageOf(queue: string): Promise<number> {
    const { waiting, inFlight } = await depthsOf(this.#at(queue));
    const since = this.#sentAt.get(queue);
    if (this.#uncounted.has(queue)) return 0;
    if (since === undefined || waiting + inFlight === 0) return 0;
    return (Date.now() - since) / 1_000;
  }

  #at(queue: string): Queue {
    return { sqs: this.#sqs, url: this.#urlOf(queue) };
  }
}
