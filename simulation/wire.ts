/**
 * A call of the AWS SDK, from `client.send` to the answer: the SDK's tries, its pauses between
 * them, and what may happen to each try on its way. The request of a try reaches its service even
 * if the sender is frozen or dead by then. The answer reaches the code only while its host runs.
 */
import type { CallTimeouts } from '../aws/call-timeouts.ts';
import { endOfWork } from '../telemetry/invocation.ts';
import {
  aborted,
  afterAttempts,
  internalError,
  isFinal,
  isServiceError,
  timedOut,
} from './call-errors.ts';
import type { Host } from './host.ts';
import { onAbort } from './on-abort.ts';
import type { Down } from './outages.ts';
import type { Scheduler } from './scheduler.ts';

/** How often each of these befalls a try: probabilities, and one time. */
export interface CallFaults {
  /** The request never arrives. */
  readonly lostRequest: number;
  /** The request takes effect, but its answer is lost. */
  readonly lostAnswer: number;
  /** The request takes effect after its sender gave up, possibly after the next try took effect. */
  readonly late: number;
  /** How much later, mostly. */
  readonly lateMs: number;
  readonly throttled: number;
  /** The service answers that it failed. */
  readonly failed: number;
}

export const NO_FAULTS: CallFaults = {
  lostRequest: 0,
  lostAnswer: 0,
  late: 0,
  lateMs: 0,
  throttled: 0,
  failed: 0,
};

/** How long a client waits, and how often it tries. Connecting takes time only for a machine in trouble. */
export type Patience = Pick<CallTimeouts, 'maxAttempts' | 'requestMs'> & Partial<CallTimeouts>;

/** How a service is reached. `faults` is called at each try, so faults may heal. */
export interface Road {
  readonly service: string;
  /** Latency in one direction, most of the time. */
  readonly latencyMs: number;
  faults(): CallFaults;
  /** The error of a throttled service. */
  throttling(): Error;
  /** The outage that a call to that place meets. */
  down?(place: string | undefined): Down | undefined;
}

/**
 * An answer that a service gives later, because the work takes long. A caller that waits too long
 * gives up.
 */
export class Lasting<T> {
  readonly begin: (end: (value: T) => void) => void;

  constructor(begin: (end: (value: T) => void) => void) {
    this.begin = begin;
  }
}

/** A request: its name for the log, and the work of the service. */
export interface Request<T> {
  readonly name: string;
  /** The part of the service. Undefined if that makes no difference. */
  readonly place?: string | undefined;
  /** What must befall the try with that number, from 1 on. By default chance decides. */
  fated?(number: number): Fate | undefined;
  /** The caller gives up at once when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** @throws the service's refusal */
  perform(): T | Lasting<T>;
  /** Told of a try that does not simply arrive, and of the try before it. */
  befell?(fate: Fate, before: Fate | undefined): void;
}

/** The SDK's pauses (standard retry mode): full jitter, doubled each time. */
const PAUSE_MS = { ordinary: 100, throttled: 500, most: 20_000 };

export class Wire {
  readonly #scheduler: Scheduler;
  readonly #road: Road;

  constructor(scheduler: Scheduler, road: Road) {
    this.#scheduler = scheduler;
    this.#road = road;
  }

  /**
   * Makes a call as code on that host does. When the surrounding work ends, the call is aborted
   * with it (R61).
   */
  call<T>(host: Host, patience: Patience, request: Request<T>): Promise<T> {
    const signals = [endOfWork(), request.signal].filter((signal) => signal !== undefined);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const waits: (() => void)[] = [];
    let isOver = false;
    const end = (settle: () => void) => {
      isOver = true;
      for (const waitNoMore of waits) waitNoMore();
      settle();
    };
    for (const signal of signals) {
      const abort = () => end(() => reject(aborted(signal)));
      if (signal.aborted) {
        abort();
        return promise;
      }
      waits.push(onAbort(signal, abort));
    }
    let fate: Fate | undefined;
    const attempt = (number: number) => {
      let isAnswered = false;
      const before = fate;
      fate = this.#try(host, patience, request, number, {
        succeed: (value) => {
          if (isOver || isAnswered) return;
          end(() => resolve(value));
        },
        fail: (error) => {
          if (isOver || isAnswered) return;
          isAnswered = true;
          if (isFinal(error) || number >= patience.maxAttempts) {
            end(() => reject(afterAttempts(error, number)));
            return;
          }
          host.later(pauseBefore(number, error, host), () => {
            if (!isOver) attempt(number + 1);
          });
        },
      });
      if (fate !== 'arrives') request.befell?.(fate, before);
    };
    attempt(1);
    return promise;
  }

  #try<T>(
    host: Host,
    patience: Patience,
    request: Request<T>,
    number: number,
    answer: { succeed(value: T): void; fail(error: unknown): void },
  ): Fate {
    const { service } = this.#road;
    const isStore = service === 'dynamodb';
    const requestMs = isStore ? patienceMs(host, patience) : patience.requestMs;
    const there = this.#travel(host);
    const down = this.#road.down?.(request.place);
    if (down !== undefined && host.draws.chance(down.share)) {
      this.#scheduler.note(`${host.name} ${service} ${request.name} is down`);
      const { refusal } = down;
      if (refusal !== undefined) this.#after(host, there * 2, () => answer.fail(refusal()));
      else if (host.draws.chance(0.5))
        this.#after(host, there * 2, () => answer.fail(internalError()));
      else this.#after(host, requestMs, () => answer.fail(timedOut()));
      return 'failed';
    }
    const faults = this.#road.faults();
    const isCutOff = isStore && host.isCutOff;
    const fated = isCutOff ? 'lostRequest' : request.fated?.(number);
    const fate = fated ?? drawnFate(faults, host);
    if (fate !== 'arrives') this.#scheduler.note(`${host.name} ${service} ${request.name} ${fate}`);
    switch (fate) {
      case 'throttled':
      case 'failed': {
        const error = fate === 'throttled' ? this.#road.throttling() : internalError();
        this.#after(host, there * 2, () => answer.fail(error));
        return fate;
      }
      case 'lostRequest':
        this.#after(host, requestMs, () => answer.fail(timedOut()));
        return fate;
      case 'late':
      case 'lostAnswer': {
        const delay = fate === 'late' ? requestMs + lateness(faults, host) : there;
        this.#scheduler.after(delay, () => this.#perform(host, request));
        this.#after(host, requestMs, () => answer.fail(timedOut()));
        return fate;
      }
      case 'arrives':
        this.#scheduler.after(there, () => {
          const end = this.#perform(host, request);
          if (isStore && host.isCutOff) {
            this.#after(host, requestMs, () => answer.fail(timedOut()));
            return;
          }
          const isLate = isStore && host.isSlow;
          const tell = (act: () => void) =>
            this.#after(host, isLate ? lateAnswerMs(host, requestMs) : this.#travel(host), act);
          if (!end.ok) tell(() => answer.fail(end.error));
          else if (end.value instanceof Lasting) {
            end.value.begin((value) => tell(() => answer.succeed(value)));
            this.#after(host, requestMs, () => answer.fail(timedOut()));
          } else {
            const { value } = end;
            tell(() => answer.succeed(value));
          }
        });
        return fate;
    }
  }

  #perform<T>(
    host: Host,
    { name, perform }: Request<T>,
  ):
    | { readonly ok: true; readonly value: T | Lasting<T> }
    | { readonly ok: false; readonly error: unknown } {
    const { service } = this.#road;
    try {
      const value = perform();
      this.#scheduler.note(`${host.name} ${service} ${name}`);
      return { ok: true, value };
    } catch (error) {
      if (!isServiceError(error)) this.#scheduler.fail(error);
      const code = error instanceof Error ? error.name : typeof error;
      this.#scheduler.note(`${host.name} ${service} ${name} ${code}`);
      return { ok: false, error };
    }
  }

  #travel(host: Host): number {
    return host.draws.duration(this.#road.latencyMs);
  }

  #after(host: Host, ms: number, act: () => void): void {
    this.#scheduler.after(ms, () => host.resume(act));
  }
}

/** So long a try waits for its answer. One of a machine in trouble has to connect anew. */
function patienceMs({ isCutOff, isSlow }: Host, { requestMs, connectMs = 0 }: Patience): number {
  return isCutOff || isSlow ? requestMs + connectMs : requestMs;
}

/** Just before its caller gives up. */
const lateAnswerMs = ({ draws }: Host, requestMs: number): number =>
  Math.floor(requestMs * (0.9 + draws.fraction() * 0.09));

const FATES = ['lostRequest', 'lostAnswer', 'late', 'throttled', 'failed'] as const;
export type Fate = 'arrives' | (typeof FATES)[number];

/** Nothing is on its way for longer. */
const LATE_MS_MAX = 20_000;

function lateness({ lateMs }: CallFaults, { draws }: Host): number {
  return Math.min(LATE_MS_MAX, draws.duration(lateMs));
}

function drawnFate(faults: CallFaults, { draws }: Host): Fate {
  let left = draws.fraction();
  for (const fate of FATES) {
    left -= faults[fate];
    if (left < 0) return fate;
  }
  return 'arrives';
}

function pauseBefore(number: number, error: unknown, host: Host): number {
  const isThrottled = isServiceError(error) && error.$fault === 'client';
  const base = isThrottled ? PAUSE_MS.throttled : PAUSE_MS.ordinary;
  return host.draws.fraction() * Math.min(PAUSE_MS.most, base * 2 ** (number - 1));
}
