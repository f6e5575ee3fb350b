/**
 * A circuit that works without its store. While the table fails or throttles, this environment uses its
 * own breaker, which starts with the last known shared state (R15). The table is tried again each
 * second.
 */
import type { Ticket } from '../core/breaker/breaker.ts';
import type { BreakerPolicy } from '../core/breaker/breaker-policy.ts';
import type { BreakerState, Transition } from '../core/breaker/breaker-state.ts';
import type { BreakerStore } from '../core/breaker/breaker-store.ts';
import type { CallOutcome } from './call-outcome.ts';
import { Circuit, type CircuitTools } from './circuit.ts';
import { MemoryStore } from './memory-store.ts';
import type { Refused } from './refused.ts';

export interface ResilientTools extends CircuitTools {
  /** The table failed, and this environment's own breaker decides about the call. */
  readonly onStoreFault: (service: string, fault: unknown) => void;
  /** A transition of this environment's own breaker; the shared one does not change. */
  readonly onOwnTransition: (service: string, transition: Transition) => void;
}

/** A permission, and the circuit to which the result is reported. */
export interface Admitted {
  readonly kind: 'admitted';
  readonly ticket: Ticket;
  readonly circuit: Circuit;
}

const ASK_AGAIN_MS = 1_000;

export class ResilientCircuit {
  readonly #service: string;
  readonly #policy: BreakerPolicy;
  readonly #tools: ResilientTools;
  readonly #shared: Circuit;
  #own: Circuit | undefined;
  #askSharedAt = Number.NEGATIVE_INFINITY;

  constructor(service: string, policy: BreakerPolicy, store: BreakerStore, tools: ResilientTools) {
    this.#service = service;
    this.#policy = policy;
    this.#tools = tools;
    this.#shared = new Circuit(service, policy, store, tools);
  }

  /** Does not throw if the store fails. */
  async admit(timeoutMs: number): Promise<Admitted | Refused> {
    const shared = this.#shared;
    if (this.#tools.now() >= this.#askSharedAt) {
      try {
        const answer = await shared.admit(timeoutMs);
        this.#own = undefined;
        return admitted(answer, shared);
      } catch (fault) {
        this.#fall(fault);
      }
    }
    this.#own ??= this.#alone(shared.known);
    const own = this.#own;
    return admitted(await own.admit(timeoutMs), own);
  }

  /** The shared state, or that of this environment alone while the store fails. */
  get known(): BreakerState | undefined {
    return (this.#own ?? this.#shared).known;
  }

  /** Would a call be refused now? Never throws: if the store fails, {@link admit} decides. */
  async peek(timeoutMs: number): Promise<Refused | undefined> {
    try {
      return await (this.#own ?? this.#shared).peek(timeoutMs);
    } catch {
      return undefined;
    }
  }

  /** A result that cannot be saved is lost: then a lease expires, or a count is one too low (R16). */
  async settle({ circuit, ticket }: Admitted, outcome: CallOutcome): Promise<void> {
    try {
      await circuit.settle(ticket, outcome);
    } catch (fault) {
      this.#fall(fault);
    }
  }

  #fall(fault: unknown): void {
    this.#askSharedAt = this.#tools.now() + ASK_AGAIN_MS;
    this.#tools.onStoreFault(this.#service, fault);
  }

  #alone(known: BreakerState | undefined): Circuit {
    const store = new MemoryStore(known && new Map([[this.#service, known]]));
    const { onOwnTransition: onTransition } = this.#tools;
    return new Circuit(this.#service, this.#policy, store, { ...this.#tools, onTransition });
  }
}

function admitted(answer: Ticket | Refused, circuit: Circuit): Admitted | Refused {
  return 'kind' in answer ? answer : { kind: 'admitted', ticket: answer, circuit };
}
