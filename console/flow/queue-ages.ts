/** Ages of the oldest messages of queues, from metrics that report them at irregular times. */
export class QueueAges {
  readonly #oldest = new Map<string, { readonly at: number; readonly sentAt: number }>();
  readonly #keptMs: number;

  /** @param keptMs after this long without a report, the age is unknown */
  constructor(keptMs: number) {
    this.#keptMs = keptMs;
  }

  /** The oldest message of this queue was sent `ageMs` before `at`. */
  report(queue: string, at: number, ageMs: number): void {
    const known = this.#oldest.get(queue);
    if (known !== undefined && at < known.at) return;
    const sentAt = at - ageMs;
    // Several reports may have the same time. The oldest message of them counts.
    const isOlder = known?.at !== at || sentAt < known.sentAt;
    if (isOlder) this.#oldest.set(queue, { at, sentAt });
  }

  /** The age at `now`. Undefined if it is unknown. */
  at(queue: string, now: number): number | undefined {
    const known = this.#oldest.get(queue);
    if (known === undefined || now - known.at > this.#keptMs) return undefined;
    return Math.max(0, now - known.sentAt);
  }
}
