/**
 * The connection to the collector, which delays nobody: sending takes no longer than its bound, and after a
 * failure nothing is sent for a while; spans beyond the queue's size are dropped meanwhile.
 */
import type { RecorderOptions } from './spans.ts';

const REST_MS = 30_000;

export class CollectorLink {
  readonly #send: () => Promise<void>;
  readonly #machine: Pick<RecorderOptions, 'now' | 'later'>;
  #restsUntil = 0;

  constructor(send: () => Promise<void>, machine: Pick<RecorderOptions, 'now' | 'later'>) {
    this.#send = send;
    this.#machine = machine;
  }

  /** Never rejects. */
  async flush(mostMs: number): Promise<void> {
    const { now, later } = this.#machine;
    if (mostMs <= 0 || now() < this.#restsUntil) return;
    const late = Promise.withResolvers<boolean>();
    const cancel = later(mostMs, () => late.resolve(false));
    const sent = this.#send().then(
      () => true,
      () => false,
    );
    const isWell = await Promise.race([sent, late.promise]);
    cancel();
    if (!isWell) this.#restsUntil = now() + REST_MS;
  }
}
