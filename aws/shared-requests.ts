import { BATCH_ENTRIES_MAX } from '../core/message/send-batches.ts';
import { endOfWork } from '../telemetry/invocation.ts';
import type { Machine } from './machine.ts';

/** How long an item waits for others to share its request. */
const GATHER_MS = 5;

interface Waiting<T> {
  readonly item: T;
  readonly sent: PromiseWithResolvers<void>;
}

/** A request that more items may still share. */
interface OpenRequest<T> {
  readonly work: AbortSignal | undefined;
  readonly waiting: Waiting<T>[];
  readonly callOff: () => void;
}

/** Makes one request of items that come at the same time, ten at most: SNS and SQS take no more. */
export class SharedRequests<T> {
  readonly #request: (items: readonly T[]) => Promise<readonly (Error | undefined)[]>;
  readonly #later: Machine['later'];
  #open: OpenRequest<T> | undefined;

  /** `request` returns by position the error of each item that was not accepted. */
  constructor(
    request: (items: readonly T[]) => Promise<readonly (Error | undefined)[]>,
    { later }: Pick<Machine, 'later'>,
  ) {
    this.#request = request;
    this.#later = later;
  }

  /** Resolves when the item was accepted. Otherwise rejects, which is a fault of our own. */
  send(item: T): Promise<void> {
    const open = this.#openFor(endOfWork());
    const sent = Promise.withResolvers<void>();
    open.waiting.push({ item, sent });
    if (open.waiting.length === BATCH_ENTRIES_MAX) this.#close(open);
    return sent.promise;
  }

  /** Items of an invocation that has ended are not sent with those of a later one (R61). */
  #openFor(work: AbortSignal | undefined): OpenRequest<T> {
    const known = this.#open;
    if (known !== undefined && known.work === work) return known;
    const callOff = this.#later(GATHER_MS, () => this.#close(open));
    const open: OpenRequest<T> = { work, waiting: [], callOff };
    this.#open = open;
    return open;
  }

  #close(open: OpenRequest<T>): void {
    open.callOff();
    if (this.#open === open) this.#open = undefined;
    const { waiting } = open;
    this.#request(waiting.map(({ item }) => item)).then(
      (errors) => {
        for (const [position, { sent }] of waiting.entries()) {
          const error = errors[position];
          if (error === undefined) sent.resolve();
          else sent.reject(error);
        }
      },
      (error: unknown) => {
        for (const { sent } of waiting) sent.reject(error);
      },
    );
  }
}
