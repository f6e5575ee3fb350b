/** How old the oldest message of each queue is, by the metrics that tell of it now and then. */
export class QueueAges {
  readonly #told = new Map<string, { readonly at: number; readonly sentAt: number }>();
  readonly #keptMs: number;

  /** @param keptMs after so long without a word nothing is known */
  constructor(keptMs: number) {
    this.#keptMs = keptMs;
  }

  /** The oldest message of this queue was sent so many ms before. */
  tell(queue: string, at: number, ageMs: number): void {
    const known = this.#told.get(queue);
    if (known !== undefined && at < known.at) return;
    const sentAt = at - ageMs;
    // Several may tell of the same time: the oldest message is the oldest.
    const isOlder = known?.at !== at || sentAt < known.sentAt;
    if (isOlder) this.#told.set(queue, { at, sentAt });
  }

  /** By now; undefined where nobody told. */
  at(queue: string, now: number): number | undefined {
    const known = this.#told.get(queue);
    if (known === undefined || now - known.at > this.#keptMs) return undefined;
    return Math.max(0, now - known.sentAt);
  }
}
