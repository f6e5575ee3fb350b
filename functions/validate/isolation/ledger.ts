/**
 * What a worker and the main thread share: the position the worker is on, and the verdicts it has
 * finished. It is plain memory, so it outlives the worker whatever kills it: the culprit is known
 * exactly, and no finished verdict is lost.
 *
 * The worker publishes a position before it touches that text, and a verdict by moving the count of
 * used bytes once the bytes are there. Atomics order both. While a plugin runs, the ledger says which
 * one, and what an advisory one leaves to go on with should it take the worker along.
 */
import type { Verdict } from '../../../core/verdict.ts';
import type { Withheld } from '../plugins/progress.ts';

const POSITION = 0;
const USED = 1;
const PLUGIN = 2;
const PROGRESS_BYTES = 3;
const CONTROLS = 4;
/** Position of a worker that has not begun its chunk. */
export const NOT_BEGUN = -1;
/** While the validator runs. */
export const NO_PLUGIN = -1;

const RESULT_BYTES = 1024 * 1024;
/** A verdict is at most this large (see judge.ts), so an empty ledger takes any. */
export const VERDICT_BYTES_MAX = 128 * 1024;
/** Of a verdict under way, with the crashes of plugins that no verdict's size counts. */
const PROGRESS_BYTES_MAX = 2 * VERDICT_BYTES_MAX;
const SEPARATOR = ',';

/** What a worker has to say of one text. */
export type Answer = Verdict | Withheld;

export interface Ledger {
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly results: Uint8Array<SharedArrayBuffer>;
  /** Empty where there are no plugins. */
  readonly progress: Uint8Array<SharedArrayBuffer>;
}

export function createLedger(plugins: boolean): Ledger {
  return {
    control: new Int32Array(new SharedArrayBuffer(CONTROLS * Int32Array.BYTES_PER_ELEMENT)),
    results: new Uint8Array(new SharedArrayBuffer(RESULT_BYTES)),
    progress: new Uint8Array(new SharedArrayBuffer(plugins ? PROGRESS_BYTES_MAX : 0)),
  };
}

/** Main thread, before a chunk is handed over. */
export function resetLedger({ control }: Ledger): void {
  Atomics.store(control, USED, 0);
  Atomics.store(control, PLUGIN, NO_PLUGIN);
  Atomics.store(control, POSITION, NOT_BEGUN);
}

export function publishPosition({ control }: Ledger, position: number): void {
  Atomics.store(control, POSITION, position);
}

export function readPosition({ control }: Ledger): number {
  return Atomics.load(control, POSITION);
}

/** Before a plugin runs on the text at hand, and after the last: with what there is to go on with. */
export function publishPlugin(
  { control, progress }: Ledger,
  plugin: number,
  soFar?: Exclude<Verdict, { kind: 'crash' }>,
): void {
  if (soFar !== undefined) {
    const bytes = Buffer.from(JSON.stringify(soFar));
    progress.set(bytes);
    Atomics.store(control, PROGRESS_BYTES, bytes.length);
  }
  Atomics.store(control, PLUGIN, plugin);
}

/** Position of the plugin that runs, or NO_PLUGIN. */
export function readPlugin({ control }: Ledger): number {
  return Atomics.load(control, PLUGIN);
}

/** What was published beside the plugin that runs. */
export function readProgress<V extends Verdict>({ control, progress }: Ledger): V {
  const bytes = Atomics.load(control, PROGRESS_BYTES);
  return JSON.parse(Buffer.from(progress.buffer, 0, bytes).toString('utf8')) as V;
}

/** Publishes the next verdict; false where it no longer fits and the chunk must end early. */
export function publishVerdict({ control, results }: Ledger, verdict: Answer): boolean {
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
): { verdicts: Answer[]; next: number } {
  const next = Atomics.load(control, USED);
  if (next === from) return { verdicts: [], next };
  const text = Buffer.from(results.buffer, from, next - from - SEPARATOR.length).toString('utf8');
  return { verdicts: JSON.parse(`[${text}]`) as Answer[], next };
}
