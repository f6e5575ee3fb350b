/** Things that have a time, in its order, so that those of a span are found without a look at the others. */
export class Timeline<T extends { readonly at: number }> {
  readonly #items: T[] = [];

  /** In the order of time; of equal times the one that was added later comes later. */
  get all(): readonly T[] {
    return this.#items;
  }

  add(item: T): void {
    this.#items.splice(this.#countUntil(item.at), 0, item);
  }

  remove(item: T): void {
    const place = this.#items.indexOf(item, this.#countUntil(item.at - 1));
    if (place !== -1) this.#items.splice(place, 1);
  }

  /** Those with `after` < time < `before`. */
  between(after: number, before: number): readonly T[] {
    return this.#items.slice(this.#countUntil(after), this.#countUntil(before - 1));
  }

  /** The one before that. */
  before(item: T): T | undefined {
    return this.#items[this.#items.indexOf(item, this.#countUntil(item.at - 1)) - 1];
  }

  /** How many have a time of at most that. Mostly the newest are asked for. */
  #countUntil(at: number): number {
    let [low, high] = [0, this.#items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#items[middle] as T).at <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
