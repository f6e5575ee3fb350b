/**
 * One service's breaker as one environment sees it: what it last read of the shared state, and what
 * it does about calls. Any number of calls may be under way at once; what belongs to one of them is
 * in its ticket, never here.
 */
import { admit, probeMayBegin, type Ticket } from '../../core/breaker.ts';
import type { BreakerPolicy } from '../../core/breaker-policy.ts';
import { type CallResult, report, settle } from '../../core/breaker-result.ts';
import {
  type BreakerState,
  type Change,
  type Forced,
  type Transition,
  UNKNOWN_SERVICE,
} from '../../core/breaker-state.ts';
import type { Refused } from './refused.ts';
import type { BreakerStore } from './store.ts';
import { UnreportedCalls } from './unreported-calls.ts';

export interface CircuitTools {
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  /** Never the same twice, in any environment. */
  readonly token: () => string;
  readonly pause: (ms: number) => Promise<void>;
  readonly onTransition: (service: string, transition: Transition) => void;
  /** An operator's word that this environment reads for the first time. */
  readonly onForced: (service: string, forced: Forced) => void;
}

export interface Outcome extends Pick<CallResult, 'outcome' | 'retryAt' | 'subject'> {
  readonly durationMs: number;
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
  #state: BreakerState | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<BreakerState> | undefined;

  constructor(service: string, policy: BreakerPolicy, store: BreakerStore, tools: CircuitTools) {
    this.#service = service;
    this.#policy = policy;
    this.#store = store;
    this.#tools = tools;
    this.#calls = new UnreportedCalls(policy.trip);
  }

  /** What was last read, however long ago. */
  get known(): BreakerState | undefined {
    return this.#state;
  }

  /** Would a call be refused now? Asks for nothing. Throws where the store fails. */
  async peek(timeoutMs: number): Promise<Refused | undefined> {
    const state = await this.#read(CACHE_MS);
    const ask = { owner: '', timeoutMs, draw: 0 };
    const admission = admit(state, ask, this.#tools.now(), this.#policy);
    return admission.kind === 'refused' ? admission : undefined;
  }

  /** May a call be made that takes at most `timeoutMs`? Throws where the store fails. */
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
      // Where there was no answer the probe may be ours all the same, and the state says so.
      state = await this.#read(0);
      // Others were faster; they know more by now than one that keeps asking.
      if (tries === TRIES_MAX)
        return { kind: 'refused', why: 'probing', retryAt: now() + CACHE_MS };
    }
  }

  /** Tells what came of an admitted call. Throws where the store fails. */
  async settle(ticket: Ticket, { durationMs, ...outcome }: Outcome): Promise<void> {
    const { now, random, token } = this.#tools;
    const result = { ticket, ...outcome, token: token(), draw: random() };
    if (ticket.probe === undefined && outcome.outcome !== 'unknown') {
      this.#calls.add(ticket, outcome.outcome === 'failure', durationMs, now());
    }
    await this.#change(
      (state) => settle(state, result, now(), this.#policy),
      outcome.outcome === 'failure' || ticket.probe !== undefined,
    );
    await this.#report();
  }

  /** The probe's lease was saved, but late: a call might now outlive it. */
  async #begin(ticket: Ticket, timeoutMs: number): Promise<Ticket | Refused> {
    const { probe } = ticket;
    const now = this.#tools.now();
    if (probe === undefined || probeMayBegin(probe, timeoutMs, now, this.#policy)) return ticket;
    await this.settle(ticket, { outcome: 'unknown', durationMs: 0 });
    return { kind: 'refused', why: 'probing', retryAt: now + CACHE_MS };
  }

  /**
   * Decides on what is known, and saves. In a conflict there is news: what matters is decided again
   * on it, what does not is dropped. A save without an answer is tried once more: its receipt shows
   * whether it happened. Answers whether the change is made, or need not be.
   */
  async #change(
    decide: (state: BreakerState) => Change | undefined,
    insist: boolean,
  ): Promise<boolean> {
    let state = this.#state ?? (await this.#read(0));
    let unanswered = false;
    for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
      const change = decide(state);
      if (change === undefined) return true;
      const saved = await this.#save(state, change);
      if (saved === 'saved') return true;
      if (saved === 'conflict' && !insist) return false;
      if (saved !== 'conflict') {
        if (unanswered) throw saved.fault;
        unanswered = true;
      }
      await this.#tools.pause(this.#tools.random() * CONFLICT_PAUSE_MS * tries);
      state = await this.#read(0);
    }
    return false;
  }

  async #report(): Promise<void> {
    const { now, token, random } = this.#tools;
    const state = this.#state;
    if (state === undefined) return;
    const due = this.#calls.takeDue(state, now());
    if (due === undefined) return;
    const told = { ...due, token: token(), draw: random() };
    const done = await this.#change((latest) => report(latest, told, now(), this.#policy), false);
    if (!done) this.#calls.putBack(due, now());
  }

  async #save(
    before: BreakerState,
    { next, transition }: Change,
  ): Promise<'saved' | 'conflict' | { readonly fault: unknown }> {
    try {
      if (await this.#store.save(this.#service, before, next)) {
        this.#learn(next);
        if (transition !== undefined) this.#tools.onTransition(this.#service, transition);
        return 'saved';
      }
      this.#readAt = Number.NEGATIVE_INFINITY;
      return 'conflict';
    } catch (fault) {
      this.#readAt = Number.NEGATIVE_INFINITY;
      return { fault };
    }
  }

  /** What is known, read anew if that is older; calls at the same time share one read. */
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
    const read = await this.#store.load(this.#service);
    this.#readAt = askedAt;
    return this.#learn(read ?? UNKNOWN_SERVICE);
  }

  /** News never goes back in time, but for an item that is no longer there. */
  #learn(state: BreakerState): BreakerState {
    const isNews = state.generation > (this.#state?.generation ?? 0);
    if (isNews && state.forced) this.#tools.onForced(this.#service, state.forced);
    if (state.version === 0 || state.version >= (this.#state?.version ?? 0)) this.#state = state;
    return this.#state ?? state;
  }
}
