/**
 * What a worker and the main thread share: the position the worker is on, and the verdicts it has
 * finished. It is plain memory, so it outlives the worker whatever kills it: the culprit is known
 * exactly, and no finished verdict is lost.
 *
 * The worker publishes a position before it touches that text, and a verdict by moving the count of
 * used bytes once the bytes are there. Atomics order both.
 */
import type { Verdict } from '../../../core/verdict.ts';

const POSITION = 0;
const USED = 1;
/** Position of a worker that has not begun its chunk. */
export const NOT_BEGUN = -1;

const RESULT_BYTES = 1024 * 1024;
/** A verdict is at most this large (see judge.ts), so an empty ledger takes any. */
export const VERDICT_BYTES_MAX = 128 * 1024;
const SEPARATOR = ',';

export interface Ledger {
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly results: Uint8Array<SharedArrayBuffer>;
}

export function createLedger(): Ledger {
  return {
    control: new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)),
    results: new Uint8Array(new SharedArrayBuffer(RESULT_BYTES)),
  };
}

/** Main thread, before a chunk is handed over. */
export function resetLedger({ control }: Ledger): void {
  Atomics.store(control, USED, 0);
  Atomics.store(control, POSITION, NOT_BEGUN);
}

export function publishPosition({ control }: Ledger, position: number): void {
  Atomics.store(control, POSITION, position);
}

export function readPosition({ control }: Ledger): number {
  return Atomics.load(control, POSITION);
}

/** Publishes the next verdict; false where it no longer fits and the chunk must end early. */
export function publishVerdict({ control, results }: Ledger, verdict: Verdict): boolean {
  const used = Atomics.load(control, USED);
  const bytes = Buffer.from(JSON.stringify(verdict) + SEPARATOR);
  if (used + bytes.length > results.length) return false;
  results.set(bytes, used);
  Atomics.store(control, USED, used + bytes.length);
  return true;
}

/** The verdicts published from a byte onwards, and where to read on. */
export function readVerdicts(
  { control, results }: Ledger,
  from: number,
): { verdicts: Verdict[]; next: number } {
  const next = Atomics.load(control, USED);
  if (next === from) return { verdicts: [], next };
  const text = Buffer.from(results.buffer, from, next - from - SEPARATOR.length).toString('utf8');
  return { verdicts: JSON.parse(`[${text}]`) as Verdict[], next };
}
