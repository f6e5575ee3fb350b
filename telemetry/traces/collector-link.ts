/**
 * The connection to the collector, which delays nobody: sending takes no longer than its bound, and after a
 * failure nothing is sent for a while; spans beyond the queue's size are dropped meanwhile.
 */
const REST_MS = 30_000;

export class CollectorLink {
  readonly #send: () => Promise<void>;
  readonly #now: () => number;
  #restsUntil = 0;

  constructor(send: () => Promise<void>, now: () => number) {
    this.#send = send;
    this.#now = now;
  }

  /** Never rejects. */
  async flush(mostMs: number): Promise<void> {
    if (mostMs <= 0 || this.#now() < this.#restsUntil) return;
    const late = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => late.resolve(false), mostMs);
    const sent = this.#send().then(
      () => true,
      () => false,
    );
    const isWell = await Promise.race([sent, late.promise]);
    clearTimeout(timer);
    if (!isWell) this.#restsUntil = this.#now() + REST_MS;
  }
}
