/** A clock that jumps to the next thing to do, so that minutes of a fleet take seconds. */
export class VirtualTime {
  now = 0;
  readonly #queue: { readonly at: number; readonly order: number; readonly act: () => void }[] = [];
  #order = 0;

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#push(this.now + ms, resolve));
  }

  /** Runs until then; whoever was woken acts before time goes on. */
  async runUntil(end: number): Promise<void> {
    for (let next = this.#queue[0]; next !== undefined && next.at <= end; next = this.#queue[0]) {
      this.#pop();
      this.now = next.at;
      next.act();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.now = end;
  }

  #push(at: number, act: () => void): void {
    const queue = this.#queue;
    const entry = { at, order: this.#order, act };
    this.#order += 1;
    let index = queue.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = queue[parent];
      if (above === undefined || before(above, entry)) break;
      queue[index] = above;
      index = parent;
    }
    queue[index] = entry;
  }

  #pop(): void {
    const queue = this.#queue;
    const last = queue.pop();
    if (last === undefined || queue.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      let least = queue[child];
      const right = queue[child + 1];
      if (least !== undefined && right !== undefined && before(right, least)) {
        child += 1;
        least = right;
      }
      if (least === undefined || before(last, least)) break;
      queue[index] = least;
      index = child;
    }
    queue[index] = last;
  }
}

type Entry = { readonly at: number; readonly order: number };
const before = (a: Entry, b: Entry) => a.at < b.at || (a.at === b.at && a.order < b.order);
