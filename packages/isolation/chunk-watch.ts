/**
 * What the main thread learns from a worker's ledger while a chunk is judged, and whose doing it is
 * when the worker dies. The worker may be running all the while, so each look reads what it is on
 * first and the verdicts after that (ledger.ts says why).
 */
import type { Plugin } from '../../functions/validate/plugins/plugin.ts';
import type { Progress } from '../../functions/validate/plugins/progress.ts';
import {
  type Answer,
  type Ledger,
  NOT_BEGUN,
  readProgress,
  readStand,
  readVerdicts,
  type Stand,
} from './ledger.ts';

/** A plugin that killed its worker, and what had been judged, if it is advisory. */
export interface PluginDeath {
  readonly plugin: Plugin;
  /** Its position among the plugins. */
  readonly position: number;
  readonly progress?: Progress;
}

/** What a dead worker was on: the text, and the plugin if one ran. */
export interface Blame {
  /** Position of the text in its chunk. */
  readonly culprit: number;
  readonly plugin?: PluginDeath;
}

/** It has been on one thing for too long; nothing is to blame where all that it began is finished. */
export interface Overdue {
  readonly deadlineMs: number;
  readonly blame: Blame | undefined;
}

export class ChunkWatch {
  readonly #ledger: Ledger;
  readonly #plugins: readonly Plugin[];
  readonly #onVerdict: (answer: Answer, position: number) => void;
  #harvestedBytes = 0;
  #harvested = 0;
  #stand: Stand;
  #ticks = 0;

  constructor(
    ledger: Ledger,
    plugins: readonly Plugin[],
    onVerdict: (answer: Answer, position: number) => void,
  ) {
    this.#ledger = ledger;
    this.#plugins = plugins;
    this.#onVerdict = onVerdict;
    this.#stand = readStand(ledger);
  }

  /** Tells the verdicts that were finished since the last harvest. */
  harvest(): void {
    const { verdicts, next } = readVerdicts(this.#ledger, this.#harvestedBytes);
    this.#harvestedBytes = next;
    for (const verdict of verdicts) this.#onVerdict(verdict, this.#harvested++);
  }

  /** Whether the worker published a position at all. */
  get hasBegun(): boolean {
    return readStand(this.#ledger).position !== NOT_BEGUN;
  }

  /** What a worker that is dead was on. */
  blameDead(): Blame | undefined {
    const stand = readStand(this.#ledger);
    const blame = this.#blameFor(stand);
    this.harvest();
    return this.#isUnfinished(stand) ? blame : undefined;
  }

  /**
   * To be called regularly. Answers once the worker has stood on one thing for longer than its
   * deadline, counted in calls: a pause of the whole process is then not blamed on a resource.
   */
  tick(tickMs: number, validatorDeadlineMs: number): Overdue | undefined {
    const { word } = this.#stand;
    const harvested = this.#harvested;
    const stand = readStand(this.#ledger);
    this.harvest();
    this.#stand = stand;
    this.#ticks = stand.word === word && this.#harvested === harvested ? this.#ticks + 1 : 0;
    const deadlineMs = this.#plugins[stand.plugin]?.deadlineMs ?? validatorDeadlineMs;
    if (this.#ticks * tickMs < deadlineMs) return undefined;
    if (!this.#isUnfinished(stand)) return { deadlineMs, blame: undefined };
    const blame = this.#blameFor(stand);
    const stillStands = readStand(this.#ledger).word === word;
    this.harvest();
    if (blame !== undefined && stillStands && this.#isUnfinished(stand)) {
      return { deadlineMs, blame };
    }
    // It moved on while we looked.
    this.#ticks = 0;
    return undefined;
  }

  /** Whether the text that it was on had no verdict at the last harvest. */
  #isUnfinished({ position }: Stand): boolean {
    return position >= this.#harvested;
  }

  /** Undefined where the worker moved on meanwhile. */
  #blameFor(stand: Stand): Blame | undefined {
    const { position: culprit, plugin: position } = stand;
    const plugin = this.#plugins[position];
    if (plugin === undefined) return { culprit };
    if (plugin.required) return { culprit, plugin: { plugin, position } };
    const progress = readProgress<Progress>(this.#ledger, stand);
    return progress && { culprit, plugin: { plugin, position, progress } };
  }
}
