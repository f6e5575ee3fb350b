/**
 * What the main thread reads from a worker's ledger while a chunk runs, and which text is to blame when
 * the worker dies. The worker may keep running, so each look reads its position first and the results
 * after that (ledger.ts explains why).
 */
import {
  type Entry,
  type Ledger,
  NOT_BEGUN,
  readEntries,
  readSaved,
  readStand,
  type Stand,
} from './ledger.ts';
import type { Step, StepDeath } from './step.ts';

/** The position of a dead worker: the text, and the step if one ran. */
export interface Blame {
  /** Position of the text in its chunk. */
  readonly culprit: number;
  readonly at?: StepDeath;
}

/**
 * The worker has been at one position for too long. If everything that it began is finished, no
 * text is to blame.
 */
export interface Overdue {
  readonly deadlineMs: number;
  readonly blame: Blame | undefined;
}

export class ChunkWatch<R> {
  readonly #ledger: Ledger;
  readonly #steps: readonly Step[];
  readonly #onEntry: (entry: Entry<R>, position: number) => void;
  #harvestedBytes = 0;
  #harvested = 0;
  #stand: Stand;
  #ticks = 0;

  constructor(
    ledger: Ledger,
    steps: readonly Step[],
    onEntry: (entry: Entry<R>, position: number) => void,
  ) {
    this.#ledger = ledger;
    this.#steps = steps;
    this.#onEntry = onEntry;
    this.#stand = readStand(ledger);
  }

  /** Reports the results that were finished since the last harvest. */
  harvest(): void {
    const { entries, next } = readEntries<R>(this.#ledger, this.#harvestedBytes);
    this.#harvestedBytes = next;
    for (const entry of entries) this.#onEntry(entry, this.#harvested++);
  }

  /** Whether the worker published a position at all. */
  get hasBegun(): boolean {
    return readStand(this.#ledger).position !== NOT_BEGUN;
  }

  /** The position of a dead worker. */
  blameDead(): Blame | undefined {
    const stand = readStand(this.#ledger);
    const blame = this.#blameFor(stand);
    this.harvest();
    return this.isUnfinished(stand) ? blame : undefined;
  }

  /**
   * Must be called at a fixed interval. Returns a value once the worker has stayed at one position
   * for longer than its deadline. Time is counted in calls, so that a pause of the whole process is
   * not blamed on a text.
   */
  tick(tickMs: number, textDeadlineMs: number): Overdue | undefined {
    const { word } = this.#stand;
    const harvested = this.#harvested;
    const stand = readStand(this.#ledger);
    this.harvest();
    this.#stand = stand;
    this.#ticks = stand.word === word && this.#harvested === harvested ? this.#ticks + 1 : 0;
    const deadlineMs = this.#steps[stand.step]?.deadlineMs ?? textDeadlineMs;
    if (this.#ticks * tickMs < deadlineMs) return undefined;
    if (!this.isUnfinished(stand)) return { deadlineMs, blame: undefined };
    const blame = this.#blameFor(stand);
    const stillStands = readStand(this.#ledger).word === word;
    this.harvest();
    if (blame !== undefined && stillStands && this.isUnfinished(stand)) {
      return { deadlineMs, blame };
    }
    // The worker has moved on.
    this.#ticks = 0;
    return undefined;
  }

  /** Whether the text at its position had no result at the last harvest. */
  isUnfinished({ position }: Stand): boolean {
    return position >= this.#harvested;
  }

  /** Undefined if the worker has moved on. */
  #blameFor(stand: Stand): Blame | undefined {
    const { position: culprit, step: position } = stand;
    const step = this.#steps[position];
    if (step === undefined) return { culprit };
    if (!step.skippable) return { culprit, at: { step, position } };
    const saved = readSaved(this.#ledger, stand);
    return saved === undefined ? undefined : { culprit, at: { step, position, saved } };
  }
}
