/**
 * What a worker uses at one position: processor time, which unlike elapsed time does not grow while the machine
 * is busy with something else, and heap. V8 says both while JavaScript runs, but not during one long call of a
 * builtin, so nothing is known until that call returns.
 */
import type { Worker } from 'node:worker_threads';
import { type Ledger, readStand, type Stand } from './ledger.ts';
import type { Allowance } from './outcome.ts';

export interface Use {
  readonly cpuMs: number;
  /** Garbage included. */
  readonly heapBytes: number;
}

interface Used extends Use {
  readonly stand: Stand;
}

export class UseWatch {
  readonly #ledger: Ledger;
  readonly #use: () => Promise<Use>;
  #first: (Use & { readonly word: number }) | undefined;
  #isAsking = false;

  /** `use` returns the worker's processor time since its start, and the present size of its heap. */
  constructor(ledger: Ledger, use: () => Promise<Use>) {
    this.#ledger = ledger;
    this.#use = use;
  }

  /**
   * What was used since the first look at this position: never more than it really is. Undefined if the
   * worker has moved on, has ended, or is still asked.
   */
  async used(): Promise<Used | undefined> {
    if (this.#isAsking) return undefined;
    this.#isAsking = true;
    const before = readStand(this.#ledger);
    // A worker that has just ended does not answer, and its exit says why.
    const use = await this.#use().catch(() => undefined);
    this.#isAsking = false;
    const stand = readStand(this.#ledger);
    if (use === undefined || stand.word !== before.word) return undefined;
    if (this.#first?.word !== stand.word) this.#first = { word: stand.word, ...use };
    const { cpuMs, heapBytes } = this.#first;
    return { stand, cpuMs: use.cpuMs - cpuMs, heapBytes: use.heapBytes - heapBytes };
  }
}

export async function useOf(worker: Worker): Promise<Use> {
  const [cpu, heap] = await Promise.all([worker.cpuUsage(), worker.getHeapStatistics()]);
  return { cpuMs: (cpu.user + cpu.system) / 1_000, heapBytes: heap.used_heap_size };
}

const NO_LIMITS: Allowance = {
  cpuMs: Number.POSITIVE_INFINITY,
  heapBytes: Number.POSITIVE_INFINITY,
};

/** How a text ends that has used so much: not yet, given up as slow, or over its deadline. */
export function endOf(
  used: Use,
  { cpuMs, heapBytes }: Allowance = NO_LIMITS,
  deadlineCpuMs: number,
): 'slow' | 'timeout' | undefined {
  if (used.heapBytes >= heapBytes) return 'slow';
  if (used.cpuMs < Math.min(cpuMs, deadlineCpuMs)) return undefined;
  return cpuMs <= deadlineCpuMs ? 'slow' : 'timeout';
}
