/**
 * A call of the AWS SDK, from `client.send` to the answer: the SDK's tries, its pauses between
 * them, and what may happen to each try on its way. The request of a try reaches its service even
 * if the sender is frozen or dead by then. The answer reaches the code only while its host runs.
 */
import { endOfWork } from '../telemetry/invocation.ts';
import {
  aborted,
  afterAttempts,
  isFinal,
  isServiceError,
  pauseBefore,
  timedOut,
} from './call-errors.ts';
import type { Host } from './host.ts';
import { onAbort } from './on-abort.ts';
import type { Down } from './outages.ts';
import {
  type CallFaults,
  drawnFate,
  type Fate,
  Lasting,
  type Patience,
  type Request,
  type Road,
} from './road.ts';
import type { Scheduler } from './scheduler.ts';

/** Nothing is on its way for longer. */
const LATE_MS_MAX = 20_000;
/** In a brown-out: how long a call takes at most, in shares of what its sender waits. */
const SLOW_OF_PATIENCE = 1.5;

export class Wire {
  readonly scheduler: Scheduler;
  readonly road: Road;

  constructor(scheduler: Scheduler, road: Road) {
    this.scheduler = scheduler;
    this.road = road;
  }

  /**
   * Makes a call as code on that host does. When the surrounding work ends, the call is aborted
   * with it (R61).
   */
  call<T>(host: Host, patience: Patience, request: Request<T>): Promise<T> {
    return new Call(this, host, patience, request).begin();
  }
}

interface Try {
  /** From 1 on. */
  readonly number: number;
  /** So long it waits for its answer. */
  readonly requestMs: number;
}

type End<T> =
  | { readonly ok: true; readonly value: T | Lasting<T> }
  | { readonly ok: false; readonly error: unknown };

class Call<T> {
  readonly #settle = Promise.withResolvers<T>();
  readonly #wire: Wire;
  readonly #host: Host;
  readonly #patience: Patience;
  readonly #request: Request<T>;
  /** Only tables are what a host may be cut off from. */
  readonly #isStore: boolean;
  /** Each ends a wait for a signal. */
  readonly #waits: (() => void)[] = [];
  #isOver = false;
  /** Number of the last try that ended in an error. What else comes of it changes nothing. */
  #failed = 0;
  #fate: Fate | undefined;

  constructor(wire: Wire, host: Host, patience: Patience, request: Request<T>) {
    this.#wire = wire;
    this.#host = host;
    this.#patience = patience;
    this.#request = request;
    this.#isStore = wire.road.service === 'dynamodb';
  }

  begin(): Promise<T> {
    this.#endWith(endOfWork());
    this.#endWith(this.#request.signal);
    if (!this.#isOver) this.#attempt(1);
    return this.#settle.promise;
  }

  #endWith(signal: AbortSignal | undefined): void {
    if (signal === undefined || this.#isOver) return;
    const abort = () => this.#reject(aborted(signal));
    if (signal.aborted) abort();
    else this.#waits.push(onAbort(signal, abort));
  }

  #reject(error: unknown): void {
    this.#end();
    this.#settle.reject(error);
    this.#request.failed?.(error);
  }

  #end(): void {
    this.#isOver = true;
    for (const waitNoMore of this.#waits) waitNoMore();
  }

  #attempt(number: number): void {
    const before = this.#fate;
    const fate = this.#try({ number, requestMs: this.#requestMs() });
    this.#fate = fate;
    if (fate !== 'arrives') this.#request.befell?.(fate, before);
  }

  #try(tried: Try): Fate {
    const { draws, isCutOff } = this.#host;
    const { road } = this.#wire;
    const there = this.#travel();
    const down = road.down?.(this.#request.place);
    if (down !== undefined && draws.chance(down.share)) {
      this.#note('is down');
      this.#meetOutage(down, tried, there);
      return 'failed';
    }
    if (down?.isSlow) {
      this.#meetSlowness(tried);
      return 'arrives';
    }
    const fated = this.#isStore && isCutOff ? 'lostRequest' : this.#request.fated?.(tried.number);
    const faults = road.faults();
    const fate = fated ?? drawnFate(faults, draws);
    if (fate !== 'arrives') this.#note(fate);
    this.#meet(fate, tried, there, faults);
    return fate;
  }

  #meetOutage({ refusal }: Down, tried: Try, there: number): void {
    if (refusal !== undefined) this.#failAfter(there * 2, tried, refusal);
    else if (this.#host.draws.chance(0.5)) this.#refuseAfter(there * 2, tried, 'failure');
    else this.#giveUp(tried);
  }

  /** It takes effect, perhaps after its sender gave up. */
  #meetSlowness(tried: Try): void {
    const ms = this.#host.draws.below(tried.requestMs * SLOW_OF_PATIENCE);
    this.#note('is slow');
    this.#wire.scheduler.after(ms, () => this.#arrive(tried));
    this.#giveUp(tried);
  }

  #meet(fate: Fate, tried: Try, there: number, { lateMs }: CallFaults): void {
    const { scheduler } = this.#wire;
    switch (fate) {
      case 'arrives':
        scheduler.after(there, () => this.#arrive(tried));
        return;
      case 'throttled':
      case 'failed':
        this.#refuseAfter(there * 2, tried, fate === 'throttled' ? 'throttling' : 'failure');
        return;
      case 'lostRequest':
        this.#giveUp(tried);
        return;
      case 'lostAnswer':
        scheduler.after(there, () => this.#perform());
        this.#giveUp(tried);
        return;
      case 'late': {
        const arrive = () => void this.#perform();
        const isHeld = this.#request.held?.(arrive) ?? false;
        if (!isHeld) scheduler.after(this.#lateMs(tried, lateMs), arrive);
        this.#giveUp(tried);
      }
    }
  }

  #arrive(tried: Try): void {
    const end = this.#perform();
    if (this.#isStore && this.#host.isCutOff) {
      this.#giveUp(tried);
    } else if (!end.ok) {
      this.#failAfter(this.#backMs(tried), tried, () => end.error);
    } else if (end.value instanceof Lasting) {
      end.value.begin((value) => this.#succeedAfter(this.#backMs(tried), tried, value));
      this.#giveUp(tried);
    } else {
      this.#succeedAfter(this.#backMs(tried), tried, end.value);
    }
  }

  #perform(): End<T> {
    try {
      const value = this.#request.perform();
      this.#note();
      return { ok: true, value };
    } catch (error) {
      if (!isServiceError(error)) this.#wire.scheduler.fail(error);
      this.#note(error instanceof Error ? error.name : typeof error);
      return { ok: false, error };
    }
  }

  #succeedAfter(ms: number, { number }: Try, value: T): void {
    this.#after(ms, () => {
      if (this.#isOver || number <= this.#failed) return;
      this.#end();
      this.#settle.resolve(value);
    });
  }

  #giveUp(tried: Try): void {
    this.#failAfter(tried.requestMs, tried, timedOut);
  }

  #refuseAfter(ms: number, tried: Try, how: 'throttling' | 'failure'): void {
    const { road, scheduler } = this.#wire;
    const which = scheduler.count;
    this.#failAfter(ms, tried, () => road[how](which));
  }

  #failAfter(ms: number, { number }: Try, errorOf: () => unknown): void {
    this.#after(ms, () => {
      if (this.#isOver || number <= this.#failed) return;
      this.#failed = number;
      this.#fail(number, errorOf());
    });
  }

  /** The SDK tries again, unless that is of no use. */
  #fail(number: number, error: unknown): void {
    if (isFinal(error) || number >= this.#patience.maxAttempts) {
      this.#reject(afterAttempts(error, number));
      return;
    }
    this.#host.later(pauseBefore(number, error, this.#host.draws), () => {
      if (!this.#isOver) this.#attempt(number + 1);
    });
  }

  #after(ms: number, act: () => void): void {
    const host = this.#host;
    this.#wire.scheduler.after(ms, () => host.resume(act));
  }

  #travel(): number {
    return this.#host.draws.duration(this.#wire.road.latencyMs);
  }

  /** How long the answer is on its way. One for a host in trouble comes just before that gives up. */
  #backMs({ requestMs }: Try): number {
    if (!this.#isStore || !this.#host.isSlow) return this.#travel();
    return Math.floor(requestMs * (0.9 + this.#host.draws.fraction() * 0.09));
  }

  /** After its sender gave up. */
  #lateMs({ requestMs }: Try, usual: number): number {
    return requestMs + Math.min(LATE_MS_MAX, this.#host.draws.duration(usual));
  }

  /** A host in trouble has to connect anew. */
  #requestMs(): number {
    const { requestMs, connectMs = 0 } = this.#patience;
    if (!this.#isStore) return requestMs;
    return this.#host.isCutOff || this.#host.isSlow ? requestMs + connectMs : requestMs;
  }

  #note(what?: string): void {
    const { scheduler, road } = this.#wire;
    const call = `${this.#host.name} ${road.service} ${this.#request.name}`;
    scheduler.note(what === undefined ? call : `${call} ${what}`);
  }
}
