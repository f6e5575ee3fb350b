/**
 * The state of one service's breaker in one store, as this environment last read it. It changes only by a
 * decision on a state that was read, saved on the condition that the store still holds that state.
 */
import type { Admission } from '../core/breaker/breaker.ts';
import {
  type BreakerState,
  type Change,
  type Forced,
  hasForgotten,
  RECEIPTS_MAX,
  type Transition,
  UNKNOWN_SERVICE,
} from '../core/breaker/breaker-state.ts';
import type { BreakerStore } from '../core/breaker/breaker-store.ts';

export interface ReplicaTools {
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly pause: (ms: number) => Promise<void>;
  readonly onTransition: (service: string, transition: Transition) => void;
  /** An operator's command that this environment reads for the first time. */
  readonly onForced: (service: string, forced: Forced) => void;
}

/** Whether a change stands. One that is not needed any more is as good as made. */
export type Made = 'made' | 'not made' | 'unknown';

export const CACHE_MS = 1_000;
const TRIES_MAX = 8;
const CONFLICT_PAUSE_MS = 20;

export class Replica {
  readonly #service: string;
  readonly #store: BreakerStore;
  readonly #tools: ReplicaTools;
  /** Transitions whose save ended in an error or in a conflict, but may have succeeded. */
  readonly #unsure: Change[] = [];
  #state: BreakerState | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<BreakerState> | undefined;

  constructor(service: string, store: BreakerStore, tools: ReplicaTools) {
    this.#service = service;
    this.#store = store;
    this.#tools = tools;
  }

  /** The state that was last read, however old. */
  get known(): BreakerState | undefined {
    return this.#state;
  }

  /** The known state, read again if it is older than that. Concurrent calls share one read. */
  async read(maxAgeMs = CACHE_MS): Promise<BreakerState> {
    if (this.#state !== undefined && this.#tools.now() - this.#readAt < maxAgeMs)
      return this.#state;
    if (this.#reading !== undefined) return this.#reading;
    const reading = this.#load().finally(() => {
      if (this.#reading === reading) this.#reading = undefined;
    });
    this.#reading = reading;
    return reading;
  }

  /** Decides, and saves a probe's lease before its call may be made. Throws if the store fails. */
  async acquire(
    decide: (state: BreakerState) => Admission,
  ): Promise<Exclude<Admission, { kind: 'acquire' }>> {
    let state = await this.read();
    for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
      const admission = decide(state);
      if (admission.kind !== 'acquire') return admission;
      const saved = await this.#save(state, admission.change);
      if (saved === 'saved') return { kind: 'call', ticket: admission.ticket };
      // Even if the store did not answer, the probe may be ours; the state then shows it.
      state = await this.read(0);
    }
    // Other environments were faster, and know more by now than this one.
    return { kind: 'refused', why: 'probing', retryAt: this.#tools.now() + CACHE_MS };
  }

  /**
   * Decides by the known state, and saves. After a conflict it reads the state and decides again. A
   * save without an answer is tried once more: its receipt shows whether the first one succeeded. If so
   * many others have saved since that the receipt may be gone, it is not tried again: a result that does
   * not count is better than one that counts twice (R13).
   * After `conflictsMax` conflicts it only reads, because a conflict may be with a try of its own. Throws if
   * the store fails.
   */
  async change(
    decide: (state: BreakerState) => Change | undefined,
    conflictsMax = TRIES_MAX,
  ): Promise<Made> {
    let state = this.#state ?? (await this.read(0));
    let unanswered = false;
    for (let conflicts = 0; ; ) {
      const change = decide(state);
      if (change === undefined) return 'made';
      if (conflicts === conflictsMax) return 'not made';
      const saved = await this.#save(state, change);
      if (saved === 'saved') return 'made';
      if (saved === 'conflict') conflicts += 1;
      else {
        if (unanswered) throw saved.fault;
        unanswered = true;
      }
      const tries = conflicts + Number(unanswered);
      await this.#tools.pause(this.#tools.random() * CONFLICT_PAUSE_MS * tries);
      state = await this.read(0);
      if (hasForgotten(state, change.next)) return 'unknown';
    }
  }

  async #save(
    before: BreakerState,
    change: Change,
  ): Promise<'saved' | 'conflict' | { readonly fault: unknown }> {
    const saved = await this.#store
      .save(this.#service, before, change.next)
      .catch((fault: unknown) => ({ fault }));
    if (saved === true) {
      this.#learn(change.next);
      this.#publish(change);
      return 'saved';
    }
    if (change.transition !== undefined) this.#unsure.push(change);
    this.#unsure.splice(0, this.#unsure.length - RECEIPTS_MAX);
    this.#readAt = Number.NEGATIVE_INFINITY;
    // A read that began before need not show whether this save stands.
    this.#reading = undefined;
    return saved === false ? 'conflict' : saved;
  }

  #publish({ transition }: Change): void {
    if (transition !== undefined) this.#tools.onTransition(this.#service, transition);
  }

  async #load(): Promise<BreakerState> {
    const askedAt = this.#tools.now();
    const read = (await this.#store.load(this.#service)) ?? UNKNOWN_SERVICE;
    this.#readAt = askedAt;
    this.#makeSure(read);
    return this.#learn(read);
  }

  /**
   * The receipt of an unclear save shows whether it succeeded; if so, this environment publishes the
   * transition.
   */
  #makeSure({ version, receipts }: BreakerState): void {
    for (const change of this.#unsure.splice(0)) {
      const { next } = change;
      const receipt = next.receipts.at(-1);
      if (receipt !== undefined && receipts.includes(receipt)) this.#publish(change);
      else if (version < next.version) this.#unsure.push(change);
    }
  }

  /** An older state never replaces a newer one, unless the item no longer exists. */
  #learn(state: BreakerState): BreakerState {
    const isNews = state.generation > (this.#state?.generation ?? 0);
    if (isNews && state.forced) this.#tools.onForced(this.#service, state.forced);
    if (state.version === 0 || state.version >= (this.#state?.version ?? 0)) this.#state = state;
    return this.#state ?? state;
  }
}
