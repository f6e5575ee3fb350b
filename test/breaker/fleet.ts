/**
 * A fleet on one breaker, with every fault drawn by the test: N environments whose calls to the table are
 * interleaved by fast-check's scheduler, throttled, answered late or by an error although they were
 * applied, or applied after the client had given up; stale reads; clocks that differ; environments that
 * die. The adapter and the circuit are the real ones.
 *
 * The rules are checked at the table and at the service, with the record of the calls.
 */
import type { Scheduler } from 'fast-check';
import { Circuit } from '../../breaker/circuit.ts';
import type { Ticket } from '../../core/breaker/breaker.ts';
import { type BreakerPolicy, DEFAULT_BREAKER_POLICY } from '../../core/breaker/breaker-policy.ts';
import { type BreakerState, type Open, UNKNOWN_SERVICE } from '../../core/breaker/breaker-state.ts';
import type { BreakerStore } from '../../core/breaker/breaker-store.ts';
import type { TableInProcess } from '../support/table-in-process.ts';
import { CallBook, type MadeCall } from './call-book.ts';
import type { CallEnd, Fault, Fences, Plan } from './plan.ts';

export const SERVICE = 'fhir-server';
const TIMEOUT_MS = 500;
const SKEW_MAX_MS = 100;
export const policy: BreakerPolicy = {
  ...DEFAULT_BREAKER_POLICY,
  trip: { kind: 'consecutive', failures: 2 },
  openMs: 1_000,
  openMaxMs: 4_000,
  leaseMarginMs: 600,
};

const FOUND_OPEN: Open = {
  phase: 'open',
  generation: 1,
  version: 1,
  since: 0,
  why: 'found open',
  reopenings: 0,
  failedProbes: 0,
  receipts: [],
  recent: [],
  openUntil: 0,
};

class Throttled extends Error {
  override readonly name = 'ProvisionedThroughputExceededException';
}

const never = () => new Promise<never>(() => {});

export class Fleet {
  readonly violations: string[] = [];
  now = 1_000_000;
  readonly #scheduler: Scheduler;
  readonly #fences: Fences;
  readonly #store: BreakerStore;
  readonly #faults: Fault[];
  readonly #book = new CallBook(policy, SKEW_MAX_MS);
  readonly #history: (BreakerState | undefined)[] = [undefined];
  #tokens = 0;
  transitions = 0;

  constructor(
    scheduler: Scheduler,
    { table, store }: { readonly table: TableInProcess; readonly store: BreakerStore },
    faults: readonly Fault[],
    fences: Fences,
  ) {
    this.#store = store;
    this.#scheduler = scheduler;
    this.#faults = [...faults];
    this.#fences = fences;
    table.items.clear();
    table.heedsConditions = fences.condition;
    table.onPut = (before, after) =>
      this.#onSaved(before as BreakerState | undefined, after as unknown as BreakerState);
  }

  /** Lets the plan happen, in the order of the scheduler's choice. */
  async run({ found, environments, ticks }: Plan): Promise<void> {
    if (found === 'open') {
      await this.#store.save(SERVICE, UNKNOWN_SERVICE, {
        ...FOUND_OPEN,
        openUntil: this.now + 100,
      });
    }
    void this.#live(ticks);
    for (const { skewMs, invocations } of environments) {
      const life = { dead: false };
      const circuit = this.#circuit(life, skewMs);
      for (const calls of invocations) void this.#invoke(circuit, life, calls);
    }
    await this.#scheduler.waitIdle();
  }

  async #live(ticks: readonly number[]): Promise<void> {
    for (const ms of ticks) {
      await this.#step('time passes');
      this.#pass(ms);
    }
  }

  /** R16: whatever happened, a healthy environment closes the breaker of a healthy service. */
  async recovers(): Promise<boolean> {
    this.#faults.length = 0;
    const circuit = this.#circuit({ dead: false }, 0);
    for (let tries = 0; tries < 12; tries += 1) {
      this.#pass(policy.openMaxMs + TIMEOUT_MS + policy.leaseMarginMs + SKEW_MAX_MS);
      void this.#invoke(circuit, { dead: false }, ['success']);
      await this.#scheduler.waitIdle();
      if (this.#latest()?.phase === 'closed') return true;
    }
    return this.#latest() === undefined;
  }

  #circuit(life: { dead: boolean }, skewMs: number): Circuit {
    return new Circuit(SERVICE, policy, this.#unreliable(life), {
      now: () => this.now + skewMs,
      random: () => 0,
      token: () => {
        this.#tokens += 1;
        return `t${this.#tokens}`;
      },
      pause: async () => {
        await this.#step('pause');
      },
      onForced: () => {},
      onTransition: () => {
        this.transitions += 1;
      },
      // A breaker of an environment's own knows nothing of the others' probes: here it makes no call.
      onStoreFault: (_service, fault) => {
        throw fault;
      },
      onOwnTransition: () => {},
      onRefused: () => {},
      onProbe: () => {},
      published: async () => {},
    });
  }

  async #invoke(
    circuit: Circuit,
    life: { dead: boolean },
    calls: readonly CallEnd[],
  ): Promise<void> {
    for (const end of calls) {
      await this.#step('invocation');
      try {
        const admitted = await circuit.ask(TIMEOUT_MS);
        if (life.dead) return;
        if (admitted.kind === 'refused') continue;
        const { ticket } = admitted;
        const outcome = await this.#call(ticket, life, end);
        await circuit.record({ ...admitted, ticket: this.#believed(ticket) }, { outcome });
      } catch (fault) {
        if (!(fault instanceof Throttled)) throw fault;
      }
    }
  }

  async #call(
    ticket: Ticket,
    life: { dead: boolean },
    end: CallEnd,
  ): Promise<'success' | 'failure'> {
    let timeOut = () => {};
    const timedOut = new Promise<'failure'>((resolve) => {
      timeOut = () => resolve('failure');
    });
    const call: MadeCall = { ticket, deadline: this.now + TIMEOUT_MS, timeOut };
    if (!this.#book.enter(call)) this.violations.push('R12: two probes in flight');
    const outcome = await Promise.race([timedOut, this.#answer(end)]);
    if (outcome === 'death') {
      call.ended = 'died';
      life.dead = true;
      return never();
    }
    if (life.dead) return never();
    call.ended = outcome;
    return outcome;
  }

  async #answer(end: CallEnd): Promise<'success' | 'failure' | 'death'> {
    if (end === 'hang') return never();
    await this.#step(`call: ${end}`);
    return end;
  }

  #pass(ms: number): void {
    this.now += ms;
    this.#book.timeOut(this.now);
  }

  #step(label: string): Promise<void> {
    return this.#scheduler.schedule(Promise.resolve(), label);
  }

  #latest(): BreakerState | undefined {
    return this.#history.at(-1);
  }

  /** The ticket as a circuit without the fence would see it, at the time that it decides. */
  #believed(ticket: Ticket): Ticket {
    const latest = () => this.#latest();
    const fences = this.#fences;
    return {
      get generation() {
        return fences.generation ? ticket.generation : (latest()?.generation ?? 0);
      },
      get probe() {
        const state = latest();
        const current = state?.phase === 'half-open' ? state.probe : undefined;
        return fences.owner ? ticket.probe : ticket.probe && current;
      },
    };
  }

  /** The real store behind an unreliable line; to a dead environment nothing comes back. */
  #unreliable(life: { dead: boolean }): BreakerStore {
    const alive = async <T>(value: T): Promise<T> => (life.dead ? never() : value);
    return {
      load: async () => {
        await this.#step('read');
        const fault = this.#faults.shift() ?? 'none';
        if (fault === 'throttled') throw await alive(new Throttled());
        const read = await this.#store.load(SERVICE);
        const stale = this.#history[Math.max(0, this.#history.length - 2)];
        await this.#step('read answered');
        return alive(fault === 'stale' ? stale : read);
      },
      save: async (service, before, next) => {
        await this.#step('write');
        if (life.dead) return never();
        const fault = this.#faults.shift() ?? 'none';
        if (fault === 'throttled') throw new Throttled();
        if (fault === 'an error, then applied') {
          void this.#step('late write').then(() => this.#store.save(service, before, next));
          throw new Throttled();
        }
        const saved = await this.#store.save(service, before, next);
        await this.#step('write answered');
        if (fault === 'applied, then an error') throw await alive(new Throttled());
        return alive(saved);
      },
    };
  }

  #onSaved(before: BreakerState | undefined, after: BreakerState): void {
    this.#history.push(after);
    if (after.why === FOUND_OPEN.why) return;
    const problem = this.#book.wrongWith(before, after, this.now);
    if (problem !== undefined) this.violations.push(`R13: ${problem}`);
  }
}
