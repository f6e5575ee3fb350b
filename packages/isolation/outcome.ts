import type { Death } from './death.ts';

/** The outcome of one text: its result, its death, or the reason why it did not run. */
export type Outcome<R> =
  | { readonly kind: 'finished'; readonly result: R }
  | ({ readonly kind: 'died' } & Death)
  /** Nothing is known about the text: the worker could not start, or the time was up. */
  | { readonly kind: 'not-run'; readonly because: 'component-fault'; readonly reason: string }
  | typeof OUT_OF_TIME
  | typeof SLOW;

export const OUT_OF_TIME = { kind: 'not-run', because: 'out-of-time' } as const;

/** It used up its allowance, and nothing else is known about it. */
export const SLOW = { kind: 'slow' } as const;

export function componentFault(reason: string): Outcome<never> {
  return { kind: 'not-run', because: 'component-fault', reason };
}

/** Options of a run, besides the text. */
export interface RunOptions {
  /**
   * Returns the data that the worker gets with the text. Called when the text is sent. Any
   * structured clone.
   */
  readonly data?: () => unknown;
  /** Once it is aborted, the text is not started, or it is stopped. */
  readonly signal?: AbortSignal | undefined;
  /**
   * What the text may use until it is given up as `slow`. Without it, and where V8 cannot be interrupted,
   * only the deadline and the heap end the text.
   */
  readonly allowance?: Allowance | undefined;
}

/** What a text may use, without its steps. */
export interface Allowance {
  readonly cpuMs: number;
  /** How much its worker's heap may grow, garbage included. */
  readonly heapBytes: number;
}

/** Runs texts so that they harm neither each other nor the caller. */
export interface Isolation<R> {
  /** Resolves once a text would run without waiting. Rejects if none can run, or the time is up. */
  ready(signal?: AbortSignal): Promise<void>;
  /** Never rejects. */
  run(text: string, options?: RunOptions): Promise<Outcome<R>>;
}
