import type { VirtualTime } from './virtual-time.ts';

/** One item of a table that answers after a few milliseconds, and counts what it is asked. */
export class SimulatedTable<S> {
  readonly #time: VirtualTime;
  readonly #random: () => number;
  item: S | undefined;
  reads = 0;
  writes = 0;
  readonly #writesBySecond = new Map<number, number>();
  /** Called for each item when it is written. */
  onWrite: (item: S) => void = () => {};

  constructor(time: VirtualTime, random: () => number) {
    this.#time = time;
    this.#random = random;
  }

  get writesPeak(): number {
    return Math.max(0, ...this.#writesBySecond.values());
  }

  async read(): Promise<S | undefined> {
    this.reads += 1;
    await this.#travel();
    const { item } = this;
    await this.#travel();
    return item;
  }

  /** A write costs the same whether its condition holds or not. */
  async write(item: S, condition: (before: S | undefined) => boolean): Promise<boolean> {
    this.writes += 1;
    const second = Math.floor(this.#time.now / 1_000);
    this.#writesBySecond.set(second, (this.#writesBySecond.get(second) ?? 0) + 1);
    await this.#travel();
    const holds = condition(this.item);
    if (holds) {
      this.item = item;
      this.onWrite(item);
    }
    await this.#travel();
    return holds;
  }

  #travel(): Promise<void> {
    return this.#time.sleep(1 + 3 * this.#random());
  }
}
