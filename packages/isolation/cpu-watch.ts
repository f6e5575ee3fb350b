/**
 * The processor time that a worker spends at one position. Unlike elapsed time, it does not grow while the
 * machine is busy with something else. V8 says it while JavaScript runs, but not during one long call of
 * a builtin, so nothing is known until that call returns.
 */
import { type Ledger, readStand, type Stand } from './ledger.ts';

interface Spent {
  readonly stand: Stand;
  /** Since the first measurement there: never more than it really used. */
  readonly ms: number;
}

export class CpuWatch {
  readonly #ledger: Ledger;
  readonly #usage: () => Promise<NodeJS.CpuUsage>;
  #first: { readonly word: number; readonly ms: number } | undefined;
  #isAsking = false;

  /** `usage` returns the worker's processor time since its start. */
  constructor(ledger: Ledger, usage: () => Promise<NodeJS.CpuUsage>) {
    this.#ledger = ledger;
    this.#usage = usage;
  }

  /** Undefined if the worker has moved on, has ended, or is still asked. */
  async spent(): Promise<Spent | undefined> {
    if (this.#isAsking) return undefined;
    this.#isAsking = true;
    const before = readStand(this.#ledger);
    const ms = await this.#read();
    this.#isAsking = false;
    const stand = readStand(this.#ledger);
    if (ms === undefined || stand.word !== before.word) return undefined;
    if (this.#first?.word !== stand.word) this.#first = { word: stand.word, ms };
    return { stand, ms: ms - this.#first.ms };
  }

  async #read(): Promise<number | undefined> {
    try {
      const { user, system } = await this.#usage();
      return (user + system) / 1_000;
    } catch {
      // The worker has just ended, and its exit says why.
      return undefined;
    }
  }
}
