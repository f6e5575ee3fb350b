/**
 * The memory that a worker and the main thread share: the worker's position, and the results it has
 * finished. It outlives the worker whatever kills it, so the culprit is known exactly, and no finished
 * result is lost.
 *
 * The worker publishes a position before it touches that text, and a result by moving the count of used
 * bytes once the bytes are there. While a step runs, the ledger says which one. Before a skippable step
 * it also has what was saved, to continue from if that step kills the worker.
 *
 * The worker may still run while the main thread reads, so the order of reading matters. Position and
 * step are one word, so they always belong together. Read that word first and the results after it: if
 * the text at that position has no result by then, the worker was at it all the time in between. In the
 * other order, the worker could finish a text between the two reads, and the next one would be blamed.
 */

const ON = 0;
const USED = 1;
/** One for each slot of saved data. */
const SAVED_BYTES = 2;
const SLOTS = 2;
const CONTROLS = SAVED_BYTES + SLOTS;
/** Position of a worker that has not begun its chunk. */
export const NOT_BEGUN = -1;
/** Position while no step runs. */
export const NO_STEP = -1;

const STEPS_MAX = 256;

const RESULTS_BYTES = 1024 * 1024;
/** The maximum size of one result's JSON, so that any result fits into an empty ledger. */
export const RESULT_BYTES_MAX = 128 * 1024;
/** Saved data may be a result with more beside it. */
const SAVED_BYTES_MAX = 2 * RESULT_BYTES_MAX;
const SEPARATOR = ',';
/** `{"result":}` and the separator. */
const ENTRY_FRAME_BYTES = 16;

/** How a text ended in its worker: by its result, or by what its work threw. */
export type Entry<R> = { readonly result: R } | { readonly threw: string };

export interface Ledger {
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly results: Uint8Array<SharedArrayBuffer>;
  /** Two slots in turn, so that the published one stays intact. Empty without steps. */
  readonly saved: Uint8Array<SharedArrayBuffer>;
}

/** A worker's position. `word` is the value that was read: while it stays the same, so does the rest. */
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

/** Before each step of the current text, and after the last: with the data to continue from. */
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

/** The worker's position. Read it before the results. */
export function readStand({ control }: Ledger): Stand {
  const word = Atomics.load(control, ON);
  return { word, position: positionOf(word), step: (Math.floor(word / SLOTS) % STEPS_MAX) - 1 };
}

/** What was saved before the step that runs; undefined if the worker has moved on since. */
export function readSaved({ control, saved }: Ledger, { word }: Stand): unknown {
  const start = slotOf(word) * SAVED_BYTES_MAX;
  const bytes = Atomics.load(control, SAVED_BYTES + slotOf(word));
  const copy = Buffer.from(saved.subarray(start, start + bytes));
  // The slot is written again only after another one was published.
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
