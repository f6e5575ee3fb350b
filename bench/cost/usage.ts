/** How much of each priced item was used, and by which promise of ours. */
import { type Item, PRICES } from './prices.ts';

export const PROMISES = [
  'validate and store',
  'isolation',
  'incidents',
  'supervision',
  'audit',
  'breaker',
  'reports and analytics',
  'private network',
] as const;
export type Promised = (typeof PROMISES)[number];

/** Which promise a queue, table, topic, bucket or function exists for. */
const WHOSE: readonly (readonly [RegExp, Promised])[] = [
  [/report|analytics/, 'reports and analytics'],
  [/audit/, 'audit'],
  [/breaker/, 'breaker'],
  [/supervis|monitor/, 'supervision'],
  [/incident|crashes|oncall|management/, 'incidents'],
  [/isolation|dead-letter|inflight|quarantine/, 'isolation'],
];

export function promiseOf(resource: string): Promised {
  return WHOSE.find(([names]) => names.test(resource))?.[1] ?? 'validate and store';
}

export class Usage {
  readonly #amounts = new Map<Promised, Map<Item, number>>();

  add(promise: Promised, item: Item, amount: number): void {
    const items = this.#amounts.get(promise) ?? new Map<Item, number>();
    items.set(item, (items.get(item) ?? 0) + amount);
    this.#amounts.set(promise, items);
  }

  /** Adds another usage, `times` times. */
  addTimes(other: Usage, times: number): void {
    for (const [promise, items] of other.#amounts) {
      for (const [item, amount] of items) this.add(promise, item, amount * times);
    }
  }

  /** Of one item, over all promises. */
  of(item: Item): number {
    return [...this.#amounts.values()].reduce((sum, items) => sum + (items.get(item) ?? 0), 0);
  }

  /** In USD, by service. */
  byService(): Map<string, number> {
    const bill = new Map<string, number>();
    for (const items of this.#amounts.values()) {
      for (const [item, amount] of items) {
        const { service, usd } = PRICES[item];
        bill.set(service, (bill.get(service) ?? 0) + usd * amount);
      }
    }
    return bill;
  }

  /** In USD, by promise. */
  byPromise(): Map<Promised, number> {
    return new Map(
      PROMISES.map((promise) => {
        const items = [...(this.#amounts.get(promise) ?? [])];
        return [promise, items.reduce((sum, [item, n]) => sum + PRICES[item].usd * n, 0)];
      }),
    );
  }

  usd(): number {
    return [...this.byService().values()].reduce((sum, usd) => sum + usd, 0);
  }
}
