/** How a service is reached, what is asked of it, and what may befall a call on its way. */
import type { CallTimeouts } from '../aws/call-timeouts.ts';
import type { Down } from './outages.ts';
import type { Random } from './random.ts';

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
  /** The error of a throttled service: `which` chooses one of those that it has. */
  throttling(which: number): Error;
  /** Likewise of one that fails. */
  failure(which: number): Error;
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
  /** Asked when a try is to come late: whether somebody lets it come at the moment of his choice. */
  held?(arrive: () => void): boolean;
  /** The caller gives up at once when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** @throws the service's refusal */
  perform(): T | Lasting<T>;
  /** Told of a try that does not simply arrive, and of the try before it. */
  befell?(fate: Fate, before: Fate | undefined): void;
  /** Told of the error that the call ends in. */
  failed?(error: unknown): void;
}

const FATES = ['lostRequest', 'lostAnswer', 'late', 'throttled', 'failed'] as const;
export type Fate = 'arrives' | (typeof FATES)[number];

/** What chance decides. */
export function drawnFate(faults: CallFaults, draws: Random): Fate {
  let left = draws.fraction();
  for (const fate of FATES) {
    left -= faults[fate];
    if (left < 0) return fate;
  }
  return 'arrives';
}
