/**
 * One service's breaker as one environment sees it: the shared state that it last read, and its
 * decisions about calls. Any number of calls may run at once; the state of one call is in its ticket,
 * never here.
 */
import { admit, probeMayBegin, type Ticket } from '../core/breaker/breaker.ts';
import type { BreakerPolicy } from '../core/breaker/breaker-policy.ts';
import { report, settle } from '../core/breaker/breaker-result.ts';
import {
  type BreakerState,
  type Change,
  type Forced,
  RECEIPTS_MAX,
  type Transition,
  UNKNOWN_SERVICE,
} from '../core/breaker/breaker-state.ts';
import type { BreakerStore } from '../core/breaker/breaker-store.ts';
import type { CallOutcome } from './call-outcome.ts';
import type { Refused } from './refused.ts';
import { UnreportedCalls } from './unreported-calls.ts';

export interface CircuitTools {
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  /** Unique across all environments. */
  readonly token: () => string;
  readonly pause: (ms: number) => Promise<void>;
  readonly onTransition: (service: string, transition: Transition) => void;
  /** An operator's command that this environment reads for the first time. */
  readonly onForced: (service: string, forced: Forced) => void;
}

const CACHE_MS = 1_000;
const TRIES_MAX = 8;
const CONFLICT_PAUSE_MS = 20;

export class Circuit {
  readonly #service: string;
  readonly #policy: BreakerPolicy;
  readonly #store: BreakerStore;
  readonly #tools: CircuitTools;
  readonly #calls: UnreportedCalls;
  /** Transitions whose save ended in an error or in a conflict, but may have succeeded. */
  readonly #unsure: Change[] = [];
  #state: BreakerState | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  /** When a call last succeeded. */
  #servedAt: number | undefined;
  #reading: Promise<BreakerState> | undefined;

  constructor(service: string, policy: BreakerPolicy, store: BreakerStore, tools: CircuitTools) {
    this.#service = service;
    this.#policy = policy;
    this.#store = store;
    this.#tools = tools;
    this.#calls = new UnreportedCalls(policy.trip);
  }

  /** The state that was last read, however old. */
  get known(): BreakerState | undefined {
    return this.#state;
  }

  /** Would a call be refused now? Requests no permission. Throws if the store fails. */
  async peek(timeoutMs: number): Promise<Refused | undefined> {
    const state = await this.#read(CACHE_MS);
    const ask = { owner: '', timeoutMs, draw: 0 };
    const admission = admit(state, ask, this.#tools.now(), this.#policy);
    return admission.kind === 'refused' ? admission : undefined;
  }

  /** May a call be made that takes at most `timeoutMs`? Throws if the store fails. */
  async admit(timeoutMs: number): Promise<Ticket | Refused> {
    const { now, random, token } = this.#tools;
    const ask = { owner: token(), timeoutMs, draw: random() };
    let state = await this.#read(CACHE_MS);
    for (let tries = 1; ; tries += 1) {
      const admission = admit(state, ask, now(), this.#policy);
      if (admission.kind === 'refused') return admission;
      if (admission.kind === 'call') return this.#begin(admission.ticket, timeoutMs);
      const saved = await this.#save(state, admission.change);
      if (saved === 'saved') return this.#begin(admission.ticket, timeoutMs);
      // Even if the store did not answer, the probe may be ours; the state then shows it.
      state = await this.#read(0);
      // Other environments were faster, and know more by now than this one.
      if (tries === TRIES_MAX)
        return { kind: 'refused', why: 'probing', retryAt: now() + CACHE_MS };
    }
  }

  /** Reports the result of an admitted call. Throws if the store fails. */
  async settle(ticket: Ticket, outcome: CallOutcome): Promise<void> {
    const { now, random, token } = this.#tools;
    if (outcome.outcome === 'success') this.#servedAt = now();
    const servedAt = this.#servedAt;
    const result = { ticket, ...outcome, servedAt, token: token(), draw: random() };
    if (ticket.probe === undefined && outcome.outcome !== 'unknown') {
      this.#calls.add(ticket, outcome.outcome === 'failure', now());
    }
    await this.#change((state) => settle(state, result, now(), this.#policy));
    await this.#report();
  }

  /** The probe's lease was saved, but late: a call might now outlive it. */
  async #begin(ticket: Ticket, timeoutMs: number): Promise<Ticket | Refused> {
    const { probe } = ticket;
    const now = this.#tools.now();
    if (probe === undefined || probeMayBegin(probe, timeoutMs, now, this.#policy)) return ticket;
    await this.settle(ticket, { outcome: 'unknown' });
    return { kind: 'refused', why: 'probing', retryAt: now + CACHE_MS };
  }

  /**
   * Decides by the known state, and saves. After a conflict it reads the state and decides again. A
   * save without an answer is tried once more: its receipt shows whether the first one succeeded.
   * Returns whether the change is made, or is not needed.
   */
  async #change(decide: (state: BreakerState) => Change | undefined, triesMax = TRIES_MAX) {
    let state = this.#state ?? (await this.#read(0));
    let unanswered = false;
    for (let tries = 1; tries <= triesMax; tries += 1) {
      const change = decide(state);
      if (change === undefined) return true;
      const saved = await this.#save(state, change);
      if (saved === 'saved') return true;
      if (saved !== 'conflict') {
        if (unanswered) throw saved.fault;
        unanswered = true;
      }
      if (tries === triesMax) break;
      await this.#tools.pause(this.#tools.random() * CONFLICT_PAUSE_MS * tries);
      state = await this.#read(0);
    }
    return false;
  }

  /** Other environments may be writing; then it is reported later. */
  async #report(): Promise<void> {
    const { now, token, random } = this.#tools;
    const state = this.#state;
    if (state === undefined) return;
    const due = this.#calls.takeDue(state, now());
    if (due === undefined) return;
    const news = { ...due, token: token(), draw: random() };
    const isReported = await this.#change((latest) => report(latest, news, now(), this.#policy), 1);
    if (!isReported) this.#calls.putBack(due, now());
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
    return saved === false ? 'conflict' : saved;
  }

  #publish({ transition }: Change): void {
    if (transition !== undefined) this.#tools.onTransition(this.#service, transition);
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

  /** The known state, read again if it is older than that. Concurrent calls share one read. */
  async #read(maxAgeMs: number): Promise<BreakerState> {
    if (this.#state !== undefined && this.#tools.now() - this.#readAt < maxAgeMs)
      return this.#state;
    this.#reading ??= this.#load().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #load(): Promise<BreakerState> {
    const askedAt = this.#tools.now();
    const read = (await this.#store.load(this.#service)) ?? UNKNOWN_SERVICE;
    this.#readAt = askedAt;
    this.#makeSure(read);
    return this.#learn(read);
  }

  /** An older state never replaces a newer one, unless the item no longer exists. */
  #learn(state: BreakerState): BreakerState {
    const isNews = state.generation > (this.#state?.generation ?? 0);
    if (isNews && state.forced) this.#tools.onForced(this.#service, state.forced);
    if (state.version === 0 || state.version >= (this.#state?.version ?? 0)) this.#state = state;
    return this.#state ?? state;
  }
}
