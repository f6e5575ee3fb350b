import type { TenantShares } from './tenant-shares.ts';

/** The fields of a message that fairness needs. */
export interface Grouped {
  readonly messageGroupId?: string | undefined;
}

interface Waiting<M> {
  readonly place: number;
  readonly message: M;
}

/**
 * The visible messages of a standard queue in the order of SQS's fair queues. Messages of quiet
 * tenants come in the order of arrival. Messages of noisy tenants come only if no quiet one waits,
 * first those of the tenant with the fewest in flight. It implements the array methods that the
 * emulator calls.
 */
export class FairBacklog<M extends Grouped> {
  readonly #shares: TenantShares;
  readonly #clock: () => number;
  /** By tenant. All messages without a group are one list, ordered by position. */
  readonly #waiting = new Map<string | undefined, Waiting<M>[]>();
  #places = 0;
  length = 0;

  /** @param clock epoch ms */
  constructor(shares: TenantShares, clock: () => number) {
    this.#shares = shares;
    this.#clock = clock;
  }

  push(...messages: M[]): void {
    for (const message of messages) {
      const waiting = { place: this.#places++, message };
      const list = this.#waiting.get(message.messageGroupId);
      if (list === undefined) this.#waiting.set(message.messageGroupId, [waiting]);
      else list.push(waiting);
      this.length += 1;
    }
  }

  /** The message to deliver next. */
  shift(): M | undefined {
    const tenant = this.#next();
    const list = this.#waiting.get(tenant);
    const taken = list?.shift();
    if (list === undefined || taken === undefined) return undefined;
    this.length -= 1;
    if (list.length === 0) {
      this.#waiting.delete(tenant);
      if (tenant !== undefined) this.#shares.forgive(tenant);
    }
    return taken.message;
  }

  *[Symbol.iterator](): Generator<M> {
    const all = [...this.#waiting.values()].flat().sort((a, b) => a.place - b.place);
    for (const { message } of all) yield message;
  }

  /** The tenant whose turn it is. */
  #next(): string | undefined {
    const now = this.#clock();
    let best: { tenant: string | undefined; rank: readonly number[] } | undefined;
    for (const [tenant, [first]] of this.#waiting) {
      const place = first?.place ?? Number.POSITIVE_INFINITY;
      const noisy = tenant !== undefined && this.#shares.isNoisy(tenant, now);
      const rank = noisy ? [1, this.#shares.inFlightOf(tenant), place] : [0, place];
      if (best === undefined || precedes(rank, best.rank)) best = { tenant, rank };
    }
    return best?.tenant;
  }
}

function precedes(a: readonly number[], b: readonly number[]): boolean {
  const differs = a.findIndex((value, position) => value !== b[position]);
  return differs !== -1 && (a[differs] ?? 0) < (b[differs] ?? 0);
}
