/**
 * What a worker and the main thread share: what the worker is on, and the verdicts it has finished.
 * It is plain memory, so it outlives the worker whatever kills it: the culprit is known exactly, and
 * no finished verdict is lost.
 *
 * The worker publishes a position before it touches that text, and a verdict by moving the count of
 * used bytes once the bytes are there. While a plugin runs, the ledger says which one, and what an
 * advisory one leaves to go on with should it take the worker along.
 *
 * The worker may still run while the main thread reads, so the order of reading matters. Position
 * and plugin are one word, so they always belong together. Read that word first and the verdicts
 * after it: a text that is on and has no verdict by then was on all the time in between. The other
 * way round, the worker could finish a text between the two reads, and the next one would be blamed.
 */
import type { Verdict } from '../../core/message/verdict.ts';
import type { Withheld } from '../../functions/validate/plugins/progress.ts';

const ON = 0;
const USED = 1;
/** One for each slot of progress. */
const PROGRESS_BYTES = 2;
const SLOTS = 2;
const CONTROLS = PROGRESS_BYTES + SLOTS;
/** Position of a worker that has not begun its chunk. */
export const NOT_BEGUN = -1;
/** While the validator runs. */
export const NO_PLUGIN = -1;

const PLUGINS_MAX = 256;

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
  /** Two slots in turn, so that the one that was published stays whole. Empty without plugins. */
  readonly progress: Uint8Array<SharedArrayBuffer>;
}

/** What a worker is on. `word` is what was read: while it stays the same, so does the rest. */
export interface Stand {
  readonly word: number;
  /** Of the text in its chunk, or NOT_BEGUN. */
  readonly position: number;
  /** Position of the plugin that runs, or NO_PLUGIN. */
  readonly plugin: number;
}

export function createLedger(plugins: boolean): Ledger {
  return {
    control: new Int32Array(new SharedArrayBuffer(CONTROLS * Int32Array.BYTES_PER_ELEMENT)),
    results: new Uint8Array(new SharedArrayBuffer(RESULT_BYTES)),
    progress: new Uint8Array(new SharedArrayBuffer(plugins ? SLOTS * PROGRESS_BYTES_MAX : 0)),
  };
}

/** Main thread, before a chunk is handed over. */
export function resetLedger({ control }: Ledger): void {
  Atomics.store(control, USED, 0);
  Atomics.store(control, ON, wordOf(NOT_BEGUN, NO_PLUGIN, 0));
}

export function publishPosition({ control }: Ledger, position: number): void {
  Atomics.store(control, ON, wordOf(position, NO_PLUGIN, slotOf(Atomics.load(control, ON))));
}

/** Before a plugin runs on the text at hand, and after the last: with what there is to go on with. */
export function publishPlugin(
  { control, progress }: Ledger,
  plugin: number,
  soFar?: Exclude<Verdict, { kind: 'crash' }>,
): void {
  const word = Atomics.load(control, ON);
  let slot = slotOf(word);
  if (soFar !== undefined) {
    slot = 1 - slot;
    const bytes = Buffer.from(JSON.stringify(soFar));
    progress.set(bytes, slot * PROGRESS_BYTES_MAX);
    Atomics.store(control, PROGRESS_BYTES + slot, bytes.length);
  }
  Atomics.store(control, ON, wordOf(positionOf(word), plugin, slot));
}

/** What the worker is on. Read it before the verdicts. */
export function readStand({ control }: Ledger): Stand {
  const word = Atomics.load(control, ON);
  return { word, position: positionOf(word), plugin: (Math.floor(word / SLOTS) % PLUGINS_MAX) - 1 };
}

/** What was published beside the plugin that runs; undefined where the worker has moved on since. */
export function readProgress<V extends Verdict>(
  { control, progress }: Ledger,
  { word }: Stand,
): V | undefined {
  const start = slotOf(word) * PROGRESS_BYTES_MAX;
  const bytes = Atomics.load(control, PROGRESS_BYTES + slotOf(word));
  const copy = Buffer.from(progress.subarray(start, start + bytes));
  // The slot is written anew only after another one was published.
  if (Atomics.load(control, ON) !== word) return undefined;
  return JSON.parse(copy.toString('utf8')) as V;
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

/** Counted from 1 in the word, so that 0 stands for none. */
function wordOf(position: number, plugin: number, slot: number): number {
  return ((position + 1) * PLUGINS_MAX + (plugin + 1)) * SLOTS + slot;
}

function positionOf(word: number): number {
  return Math.floor(word / (PLUGINS_MAX * SLOTS)) - 1;
}

function slotOf(word: number): number {
  return word % SLOTS;
}
