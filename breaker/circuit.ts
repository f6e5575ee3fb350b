/**
 * One service's breaker in one environment: what core/breaker decides, on the state that all environments
 * share. While the table fails or throttles, the environment uses a breaker of its own, which starts with
 * the last known shared state (R15). The table is tried again each second.
 *
 * Any number of calls may run at once; the state of one call is in its permission, never here.
 */
import { admit, probeMayBegin, type Refused, type Ticket } from '../core/breaker/breaker.ts';
import type { BreakerPolicy } from '../core/breaker/breaker-policy.ts';
import { afterResult, report } from '../core/breaker/breaker-result.ts';
import type { BreakerState, Transition } from '../core/breaker/breaker-state.ts';
import type { BreakerStore } from '../core/breaker/breaker-store.ts';
import type { CallOutcome } from './call-outcome.ts';
import { MemoryStore } from './memory-store.ts';
import { CACHE_MS, Replica, type ReplicaTools } from './replica.ts';
import { UnreportedCalls } from './unreported-calls.ts';

export interface CircuitTools extends ReplicaTools {
  /** Unique across all environments. */
  readonly token: () => string;
  /** The table failed, and this environment's own breaker decides about the call. */
  readonly onStoreFault: (service: string, fault: unknown) => void;
  /** A transition of this environment's own breaker; the shared one does not change. */
  readonly onOwnTransition: (service: string, transition: Transition) => void;
  readonly onRefused: (service: string, refused: Refused) => void;
  readonly onProbe: (service: string) => void;
  /** Resolves when the transitions so far were published, or could not be. */
  readonly published: () => Promise<void>;
}

/** The shared breaker or the environment's own, with what was not reported to it yet. */
interface Side {
  readonly replica: Replica;
  readonly calls: UnreportedCalls;
  /** When a call last succeeded. */
  servedAt?: number;
}

/** A permission, and the breaker to which the result is reported. */
export interface Admitted {
  readonly kind: 'admitted';
  readonly ticket: Ticket;
  readonly side: Side;
}

const ASK_AGAIN_MS = 1_000;

export class Circuit {
  readonly #service: string;
  readonly #policy: BreakerPolicy;
  readonly #tools: CircuitTools;
  readonly #shared: Side;
  #own: Side | undefined;
  #askSharedAt = Number.NEGATIVE_INFINITY;

  constructor(service: string, policy: BreakerPolicy, store: BreakerStore, tools: CircuitTools) {
    this.#service = service;
    this.#policy = policy;
    this.#tools = tools;
    this.#shared = this.#side(store, tools);
  }

  /** May a call be made that takes at most `timeoutMs`? The result of each permitted call must be recorded. */
  async ask(timeoutMs: number): Promise<Admitted | Refused> {
    const answer = (await this.#askShared(timeoutMs)) ?? (await this.#askOwn(timeoutMs));
    if (answer.kind === 'refused') {
      this.#tools.onRefused(this.#service, answer);
      await this.#tools.published();
    } else if (answer.ticket.probe) this.#tools.onProbe(this.#service);
    return answer;
  }

  /** Would a call be refused now? Asks for no permission. If the store fails, {@link ask} decides. */
  async peek(timeoutMs: number): Promise<Refused | undefined> {
    const { replica } = this.#own ?? this.#shared;
    const state = await replica.read().catch(() => undefined);
    if (state === undefined) return undefined;
    const ask = { owner: '', timeoutMs, draw: 0 };
    const admission = admit(state, ask, this.#tools.now(), this.#policy);
    return admission.kind === 'refused' ? admission : undefined;
  }

  /** The shared state, or that of this environment alone while the store fails; however old. */
  get known(): BreakerState | undefined {
    return (this.#own ?? this.#shared).replica.known;
  }

  /** A result that cannot be saved is lost: then a lease expires, or a count is one too low (R16). */
  async record(admitted: Admitted, outcome: CallOutcome): Promise<void> {
    await this.#report(admitted, outcome).catch((fault: unknown) => this.#fall(fault));
    // Awaited, because the environment is frozen when its invocation ends, and this call may be its
    // last.
    await this.#tools.published();
  }

  /** Undefined while the store fails. */
  async #askShared(timeoutMs: number): Promise<Admitted | Refused | undefined> {
    if (this.#tools.now() < this.#askSharedAt) return undefined;
    try {
      const answer = await this.#askOf(this.#shared, timeoutMs);
      this.#own = undefined;
      return answer;
    } catch (fault) {
      this.#fall(fault);
      return undefined;
    }
  }

  #askOwn(timeoutMs: number): Promise<Admitted | Refused> {
    const { known } = this.#shared.replica;
    const { onOwnTransition: onTransition } = this.#tools;
    this.#own ??= this.#side(new MemoryStore(known && new Map([[this.#service, known]])), {
      ...this.#tools,
      onTransition,
    });
    return this.#askOf(this.#own, timeoutMs);
  }

  async #askOf(side: Side, timeoutMs: number): Promise<Admitted | Refused> {
    const { now, random, token } = this.#tools;
    const policy = this.#policy;
    const ask = { owner: token(), timeoutMs, draw: random() };
    const answer = await side.replica.acquire((state) => admit(state, ask, now(), policy));
    if (answer.kind === 'refused') return answer;
    const { ticket } = answer;
    const begunAt = now();
    const admitted = { kind: 'admitted', ticket, side } as const;
    if (!ticket.probe || probeMayBegin(ticket.probe, timeoutMs, begunAt, policy)) return admitted;
    // The probe's lease was saved, but late: a call might now outlive it.
    await this.#report(admitted, { outcome: 'unknown' });
    return { kind: 'refused', why: 'probing', retryAt: begunAt + CACHE_MS };
  }

  /** Throws if the store fails. */
  async #report({ ticket, side }: Admitted, outcome: CallOutcome): Promise<void> {
    const { now, random, token } = this.#tools;
    if (outcome.outcome === 'success') side.servedAt = now();
    const { servedAt, calls, replica } = side;
    const result = { ticket, ...outcome, servedAt, token: token(), draw: random() };
    if (ticket.probe === undefined && outcome.outcome !== 'unknown') {
      calls.add(ticket, outcome.outcome === 'failure', now());
    }
    await replica.change((state) => afterResult(state, result, now(), this.#policy));
    await this.#reportCalls(side);
  }

  /**
   * Other environments may be writing; then it is reported later. What may have been reported is not: a count may be too
   * low, and never too high (R13).
   */
  async #reportCalls({ calls, replica }: Side): Promise<void> {
    const { now, token, random } = this.#tools;
    const due = replica.known && calls.takeDue(replica.known, now());
    if (due === undefined) return;
    const news = { ...due, token: token(), draw: random() };
    const made = await replica.change((latest) => report(latest, news, now(), this.#policy), 1);
    if (made === 'not made') calls.putBack(due, now());
  }

  #fall(fault: unknown): void {
    this.#tools.onStoreFault(this.#service, fault);
    this.#askSharedAt = this.#tools.now() + ASK_AGAIN_MS;
  }

  #side(store: BreakerStore, tools: ReplicaTools): Side {
    const replica = new Replica(this.#service, store, tools);
    return { replica, calls: new UnreportedCalls(this.#policy.trip) };
  }
}
