/**
 * The memory that a worker and the main thread share: the worker's position and the results that it
 * has finished. It survives whatever kills the worker, so the culprit is known exactly, and no
 * finished result is lost.
 *
 * The worker publishes a position before it starts that text. It publishes a result by moving the
 * count of used bytes after it has written the bytes. While a step runs, the ledger has its index.
 * Before a skippable step, it also has the saved data to continue from if that step kills the
 * worker.
 *
 * The worker may still run while the main thread reads, so the order of reading matters. Position
 * and step are one word, so they always belong together. Read that word first and the results after
 * it: if the text at that position still has no result, the worker was at it in between. In the
 * other order, the worker could finish a text between the two reads, and the next text would be
 * blamed.
 */

const ON = 0;
const USED = 1;
/** One for each slot of saved data. */
const SAVED_BYTES = 2;
const SLOTS = 2;
const CONTROLS = SAVED_BYTES + SLOTS;
/** Position of a worker that has not started its chunk. */
export const NOT_BEGUN = -1;
/** Position of the step while no step runs. */
export const NO_STEP = -1;

const STEPS_MAX = 256;

const RESULTS_BYTES = 1024 * 1024;
/** Maximum size of one result's JSON, so that any result fits into an empty ledger. */
export const RESULT_BYTES_MAX = 128 * 1024;
/** Saved data may be a result and further data. */
const SAVED_BYTES_MAX = 2 * RESULT_BYTES_MAX;
const SEPARATOR = ',';
/** `{"result":}` and the separator. */
const ENTRY_FRAME_BYTES = 16;

/** How a text ended in its worker: by its result, or by what its work threw. */
export type Entry<R> = { readonly result: R } | { readonly threw: string };

export interface Ledger {
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly results: Uint8Array<SharedArrayBuffer>;
  /**
   * Two slots used in turn, so that the published one stays intact. Empty if there are no steps.
   */
  readonly saved: Uint8Array<SharedArrayBuffer>;
}

/** A worker's position. While `word` does not change, neither does anything else. */
export interface Stand {
  readonly word: number;
  /** Index of the text in its chunk, or NOT_BEGUN. */
  readonly position: number;
  /** Index of the step that runs, or NO_STEP. */
  readonly step: number;
}

export function createLedger(hasSteps: boolean): Ledger {
  return {
    control: new Int32Array(new SharedArrayBuffer(CONTROLS * Int32Array.BYTES_PER_ELEMENT)),
    results: new Uint8Array(new SharedArrayBuffer(RESULTS_BYTES)),
    saved: new Uint8Array(new SharedArrayBuffer(hasSteps ? SLOTS * SAVED_BYTES_MAX : 0)),
  };
}

/** Called by the main thread before it sends a chunk. */
export function resetLedger({ control }: Ledger): void {
  Atomics.store(control, USED, 0);
  Atomics.store(control, ON, wordOf(NOT_BEGUN, NO_STEP, 0));
}

export function publishPosition({ control }: Ledger, position: number): void {
  Atomics.store(control, ON, wordOf(position, NO_STEP, slotOf(Atomics.load(control, ON))));
}

/**
 * Called before each step of the current text, with the data to continue from, and after the last
 * step.
 */
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

/** The data that was saved before the step that runs. Undefined if the worker has moved on. */
export function readSaved({ control, saved }: Ledger, { word }: Stand): unknown {
  const start = slotOf(word) * SAVED_BYTES_MAX;
  const bytes = Atomics.load(control, SAVED_BYTES + slotOf(word));
  const copy = Buffer.from(saved.subarray(start, start + bytes));
  // A slot is written again only after the other one was published.
  if (Atomics.load(control, ON) !== word) return undefined;
  return JSON.parse(copy.toString('utf8'));
}

/** Publishes the next entry. Returns false if it does not fit and the chunk must end early. */
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

/** The entries published from a byte offset on, and the offset after them. */
export function readEntries<R>(
  { control, results }: Ledger,
  from: number,
): { entries: Entry<R>[]; next: number } {
  const next = Atomics.load(control, USED);
  if (next === from) return { entries: [], next };
  const text = Buffer.from(results.buffer, from, next - from - SEPARATOR.length).toString('utf8');
  return { entries: JSON.parse(`[${text}]`) as Entry<R>[], next };
}

/** Indexes in the word count from 1: 0 means none. */
function wordOf(position: number, step: number, slot: number): number {
  return ((position + 1) * STEPS_MAX + (step + 1)) * SLOTS + slot;
}

function positionOf(word: number): number {
  return Math.floor(word / (STEPS_MAX * SLOTS)) - 1;
}

function slotOf(word: number): number {
  return word % SLOTS;
}
