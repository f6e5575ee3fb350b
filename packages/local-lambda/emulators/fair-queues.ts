/**
 * Makes the emulator's standard queues fair, as SQS's are. This is done in the queue and not in our
 * pollers: a poller sees only what was received, not what waits behind a flood. Remove it once a standard
 * queue of fauxqs' sqs/sqsStore uses MessageGroupId when it receives.
 */
import { FairBacklog, type Grouped } from './fair-backlog.ts';
import { TenantShares } from './tenant-shares.ts';

interface InFlight {
  readonly message: Grouped;
}

/** The parts of the emulator's queue that are changed. */
export interface EmulatedQueue {
  isFifo(): boolean;
  messages: Iterable<Grouped>;
  inflightMessages: Map<string, InFlight>;
}

/** Makes every queue fair that is created after this call. */
export function makeFair<Q extends EmulatedQueue, A extends unknown[]>(
  store: { createQueue(...settings: A): Q },
  clock: () => number = () => Date.now(),
): void {
  const createQueue = store.createQueue.bind(store);
  store.createQueue = (...settings) => fair(createQueue(...settings), clock);
}

function fair<Q extends EmulatedQueue>(queue: Q, clock: () => number): Q {
  if (queue.isFifo()) return queue;
  const shares = new TenantShares();
  queue.inflightMessages = new CountedInFlight(shares, clock);
  let backlog = new FairBacklog<Grouped>(shares, clock);
  Object.defineProperty(queue, 'messages', {
    get: () => backlog,
    // A purge assigns an empty list.
    set(messages: Iterable<Grouped>) {
      backlog = new FairBacklog(shares, clock);
      backlog.push(...messages);
    },
  });
  return queue;
}

/** The messages in flight by receipt handle. Each counts for its tenant while it is in flight. */
class CountedInFlight extends Map<string, InFlight> {
  readonly #shares: TenantShares;
  readonly #clock: () => number;
  readonly #since = new Map<string, number>();

  constructor(shares: TenantShares, clock: () => number) {
    super();
    this.#shares = shares;
    this.#clock = clock;
  }

  override set(handle: string, entry: InFlight): this {
    this.#since.set(handle, this.#clock());
    this.#shares.received(entry.message.messageGroupId);
    return super.set(handle, entry);
  }

  override delete(handle: string): boolean {
    const entry = this.get(handle);
    const since = this.#since.get(handle);
    if (entry === undefined || since === undefined) return false;
    const now = this.#clock();
    this.#since.delete(handle);
    this.#shares.returned(entry.message.messageGroupId, now - since, now);
    return super.delete(handle);
  }

  override clear(): void {
    for (const handle of [...this.keys()]) this.delete(handle);
  }
}
