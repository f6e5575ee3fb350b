/**
 * What a worker and the main thread share: what the worker is on, and the results it has finished.
 * It is plain memory, so it outlives the worker whatever kills it: the culprit is known exactly, and
 * no finished result is lost.
 *
 * The worker publishes a position before it touches that text, and a result by moving the count of
 * used bytes once the bytes are there. While a step runs, the ledger says which one, and what was
 * saved before a skippable one, to go on with should it take the worker along.
 *
 * The worker may still run while the main thread reads, so the order of reading matters. Position
 * and step are one word, so they always belong together. Read that word first and the results after
 * it: a text that is on and has no result by then was on all the time in between. The other way
 * round, the worker could finish a text between the two reads, and the next one would be blamed.
 */

const ON = 0;
const USED = 1;
/** One for each slot of what is saved. */
const SAVED_BYTES = 2;
const SLOTS = 2;
const CONTROLS = SAVED_BYTES + SLOTS;
/** Position of a worker that has not begun its chunk. */
export const NOT_BEGUN = -1;
/** While no step runs. */
export const NO_STEP = -1;

const STEPS_MAX = 256;

const RESULTS_BYTES = 1024 * 1024;
/** The JSON of one result, so that an empty ledger takes any. */
export const RESULT_BYTES_MAX = 128 * 1024;
/** What is saved may be a result with more beside it. */
const SAVED_BYTES_MAX = 2 * RESULT_BYTES_MAX;
const SEPARATOR = ',';
/** `{"result":}` and the separator. */
const ENTRY_FRAME_BYTES = 16;

/** How a text ended in its worker: by its result, or by what its work threw. */
export type Entry<R> = { readonly result: R } | { readonly threw: string };

export interface Ledger {
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly results: Uint8Array<SharedArrayBuffer>;
  /** Two slots in turn, so that the one that was published stays whole. Empty without steps. */
  readonly saved: Uint8Array<SharedArrayBuffer>;
}

/** What a worker is on. `word` is what was read: while it stays the same, so does the rest. */
export interface Stand {
  readonly word: number;
  /** Of the text in its chunk, or NOT_BEGUN. */
  readonly position: number;
  /** Position of the step that runs, or NO_STEP. */
  readonly step: number;
}

export function createLedger(hasSteps: boolean): Ledger {
  return {
    control: new Int32Array(new SharedArrayBuffer(CONTROLS * Int32Array.BYTES_PER_ELEMENT)),
    results: new Uint8Array(new SharedArrayBuffer(RESULTS_BYTES)),
    saved: new Uint8Array(new SharedArrayBuffer(hasSteps ? SLOTS * SAVED_BYTES_MAX : 0)),
  };
}

/** Main thread, before a chunk is handed over. */
export function resetLedger({ control }: Ledger): void {
  Atomics.store(control, USED, 0);
  Atomics.store(control, ON, wordOf(NOT_BEGUN, NO_STEP, 0));
}

export function publishPosition({ control }: Ledger, position: number): void {
  Atomics.store(control, ON, wordOf(position, NO_STEP, slotOf(Atomics.load(control, ON))));
}

/** Before a step of the text at hand, and after the last: with what there is to go on with. */
export function publishStep({ control, saved }: Ledger, step: number, soFar?: unknown): void {
  const word = Atomics.load(control, ON);
  let slot = slotOf(word);
  if (soFar !== undefined) {
    slot = 1 - slot;
    const bytes = Buffer.from(JSON.stringify(soFar));
    saved.set(bytes, slot * SAVED_BYTES_MAX);
    Atomics.store(control, SAVED_BYTES + slot, bytes.length);
  }
  Atomics.store(control, ON, wordOf(positionOf(word), step, slot));
}

/** What the worker is on. Read it before the results. */
export function readStand({ control }: Ledger): Stand {
  const word = Atomics.load(control, ON);
  return { word, position: positionOf(word), step: (Math.floor(word / SLOTS) % STEPS_MAX) - 1 };
}

/** What was saved before the step that runs; undefined where the worker has moved on since. */
export function readSaved({ control, saved }: Ledger, { word }: Stand): unknown {
  const start = slotOf(word) * SAVED_BYTES_MAX;
  const bytes = Atomics.load(control, SAVED_BYTES + slotOf(word));
  const copy = Buffer.from(saved.subarray(start, start + bytes));
  // The slot is written anew only after another one was published.
  if (Atomics.load(control, ON) !== word) return undefined;
  return JSON.parse(copy.toString('utf8'));
}

/** Publishes the next entry; false where it no longer fits and the chunk must end early. */
export function publishEntry({ control, results }: Ledger, entry: Entry<unknown>): boolean {
  const used = Atomics.load(control, USED);
  let bytes = Buffer.from(JSON.stringify(entry) + SEPARATOR);
  if (bytes.length > RESULT_BYTES_MAX + ENTRY_FRAME_BYTES) {
    const threw = `its result of ${bytes.length} bytes is larger than ${RESULT_BYTES_MAX}`;
    bytes = Buffer.from(JSON.stringify({ threw }) + SEPARATOR);
  }
  if (used + bytes.length > results.length) return false;
  results.set(bytes, used);
  Atomics.store(control, USED, used + bytes.length);
  return true;
}

/** The entries published from a byte onwards, and where to read on. */
export function readEntries<R>(
  { control, results }: Ledger,
  from: number,
): { entries: Entry<R>[]; next: number } {
  const next = Atomics.load(control, USED);
  if (next === from) return { entries: [], next };
  const text = Buffer.from(results.buffer, from, next - from - SEPARATOR.length).toString('utf8');
  return { entries: JSON.parse(`[${text}]`) as Entry<R>[], next };
}

/** Counted from 1 in the word, so that 0 stands for none. */
function wordOf(position: number, step: number, slot: number): number {
  return ((position + 1) * STEPS_MAX + (step + 1)) * SLOTS + slot;
}

function positionOf(word: number): number {
  return Math.floor(word / (STEPS_MAX * SLOTS)) - 1;
}

function slotOf(word: number): number {
  return word % SLOTS;
}
