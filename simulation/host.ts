/**
 * A machine in the simulation: a Lambda execution environment, or the computer of a producer or
 * operator. It runs, is frozen or is dead. Everything that wakes its code goes through `resume`: on
 * a frozen host it waits for the thaw, on a dead one it never happens. Its clock may be fast or
 * slow.
 */
import type { Machine } from '../aws/machine.ts';
import { onAbort } from './on-abort.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

export interface HostOptions {
  readonly name: string;
  /** How far its clock is ahead, in ms. */
  readonly skewMs?: number;
  /** Asked when it goes on after a freeze: how far its clock is ahead from then on. Undefined if it was not set. */
  readonly setTo?: () => number | undefined;
  /** Of an environment: which deployment's code it runs. */
  readonly deployment?: number;
  /** Called before its code continues at an await. True kills the host there. */
  readonly diesHere?: () => boolean;
  /** Asked likewise: for how many ms it stands still there first. */
  readonly stallsHere?: () => number;
}

/** A bad road of one machine, while the others are served. Times of the scheduler. */
export interface Trouble {
  readonly cutOff: readonly (readonly [from: number, until: number])[];
  readonly slowUntil: number;
  readonly deafUntil: number;
}

/** Stalls of one host are this far apart at least, so that leases can be longer than one. */
const BETWEEN_STALLS_MS = 10_000;

export class Host implements Machine {
  readonly name: string;
  readonly deployment: number;
  /** Its random numbers. */
  readonly draws: Random;
  readonly scheduler: Scheduler;
  #skewMs: number;
  readonly #setTo: HostOptions['setTo'];
  readonly #diesHere: (() => boolean) | undefined;
  readonly #stallsHere: HostOptions['stallsHere'];
  #stalledAt = Number.NEGATIVE_INFINITY;
  /** For so long it stands still at its next await. */
  #stillMs = 0;
  #diesSoon = false;
  #isLateSoon = false;
  #trouble: Trouble | undefined;
  #state: 'running' | 'frozen' | 'dead' = 'running';
  /** Called when it dies at an await. */
  onDeath: () => void = () => undefined;
  /** Events that woke it while it was frozen. */
  #held: (() => void)[] = [];

  constructor(
    scheduler: Scheduler,
    { name, skewMs = 0, setTo, deployment = 0, diesHere, stallsHere }: HostOptions,
  ) {
    this.scheduler = scheduler;
    this.name = name;
    this.deployment = deployment;
    this.draws = scheduler.random.fork();
    this.#skewMs = skewMs;
    this.#setTo = setTo;
    this.#diesHere = diesHere;
    this.#stallsHere = stallsHere;
  }

  get isDead(): boolean {
    return this.#state === 'dead';
  }

  /** From now on. */
  trouble(trouble: Trouble): void {
    this.scheduler.note(`${this.name} is in trouble`);
    this.#trouble = trouble;
  }

  /** Whether nothing that it asks of a table arrives, and no answer comes back. */
  get isCutOff(): boolean {
    const { now } = this.scheduler;
    return this.#trouble?.cutOff.some(([from, until]) => now >= from && now < until) ?? false;
  }

  /** Whether tables answer it as late as its clients wait. */
  get isSlow(): boolean {
    return this.scheduler.now < (this.#trouble?.slowUntil ?? 0);
  }

  /** Whether no server's answer reaches it. */
  get hearsNothing(): boolean {
    return this.scheduler.now < (this.#trouble?.deafUntil ?? 0);
  }

  /** At its next await, unless it has done so a moment ago. */
  standStill(ms: number): void {
    this.#stillMs = ms;
  }

  /** At its next await. */
  dieSoon(): void {
    this.#diesSoon = true;
  }

  /** Its next write of a verdict comes late, and it gives that up. */
  beLateSoon(): void {
    this.#isLateSoon = true;
  }

  /** Whether it does now, with that write. It is asked once. */
  takeLate(): boolean {
    const isLate = this.#isLateSoon;
    this.#isLateSoon = false;
    return isLate;
  }

  /** Epoch ms on its own clock. */
  readonly now = (): number => this.scheduler.now + this.#skewMs;

  readonly random = (): number => this.draws.fraction();

  readonly randomId = (): string => this.draws.uuid();

  /** Lets its code continue. */
  resume(act: () => void): void {
    if (this.#state === 'dead') return;
    if (this.#state === 'frozen') {
      this.#held.push(act);
      return;
    }
    if (this.#diesSoon || this.#diesHere?.()) {
      this.die();
      return;
    }
    if (this.#stalls()) {
      this.#held.push(act);
      return;
    }
    this.scheduler.woke();
    act();
  }

  /** As a machine does whose processor others have, or whose garbage is collected. */
  #stalls(): boolean {
    if (this.#stallsHere === undefined && this.#stillMs === 0) return false;
    const { scheduler } = this;
    if (scheduler.now - this.#stalledAt < BETWEEN_STALLS_MS) return false;
    const ms = this.#stillMs > 0 ? this.#stillMs : (this.#stallsHere?.() ?? 0);
    this.#stillMs = 0;
    if (ms === 0) return false;
    this.#stalledAt = scheduler.now;
    scheduler.note(`${this.name} stands still for ${ms} ms`);
    this.freeze();
    scheduler.after(ms, () => this.thaw());
    return true;
  }

  /** A timer, whose code runs in the context that set it, as that of a promise does. Answers how to cancel it. */
  readonly later = (ms: number, act: () => void): (() => void) => {
    let isOn = true;
    const { promise, resolve: fire } = Promise.withResolvers<void>();
    void promise.then(() => {
      if (isOn) act();
    });
    const event = this.scheduler.after(Math.max(0, Math.ceil(ms)), () => this.resume(fire));
    return () => {
      isOn = false;
      event.act = undefined;
    };
  };

  /** Rejects with the signal's reason once the signal is aborted. */
  readonly pause = (ms: number, signal?: AbortSignal): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (signal?.aborted) {
      reject(signal.reason);
      return promise;
    }
    const abort = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = this.later(ms, () => {
      waitNoMore?.();
      resolve();
    });
    const waitNoMore = signal && onAbort(signal, abort);
    return promise;
  };

  freeze(): void {
    if (this.#state === 'running') this.#state = 'frozen';
  }

  /** Events that woke it in the meantime happen now, in their order. */
  thaw(): void {
    if (this.#state !== 'frozen') return;
    this.#state = 'running';
    this.#skewMs = this.#setTo?.() ?? this.#skewMs;
    for (const act of this.#held.splice(0)) this.scheduler.after(0, () => this.resume(act));
  }

  /** The code that runs on it kills it. Reports the death. */
  die(): void {
    this.kill();
    this.onDeath();
  }

  kill(): void {
    this.#state = 'dead';
    this.#held = [];
  }
}

/** Whether it is an operator's computer (simulation/operators/operators.ts). */
export const isOperator = (host: Host | undefined): host is Host =>
  host?.name.startsWith('operator#') ?? false;
