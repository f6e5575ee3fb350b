/** The acts that requests have begun. A console that is stopped lets each of them end, and begins no other. */
import { Failure } from './failure.ts';

export class Acts {
  readonly #underWay = new Set<Promise<void>>();
  #isStopping = false;

  async add(perform: () => Promise<void>): Promise<void> {
    if (this.#isStopping) throw new Failure('refused', 'the console is being stopped');
    const act = perform();
    this.#underWay.add(act);
    try {
      await act;
    } finally {
      this.#underWay.delete(act);
    }
  }

  async end(): Promise<void> {
    this.#isStopping = true;
    await Promise.allSettled(this.#underWay);
  }
}
