import type { Death } from './death.ts';

/** The outcome of one text: its result, its death, or why it was not run. */
export type Outcome<R> =
  | { readonly kind: 'finished'; readonly result: R }
  | ({ readonly kind: 'died' } & Death)
  /** Nothing is known of the text: the worker could not start, or the time was up. */
  | { readonly kind: 'not-run'; readonly because: 'component-fault'; readonly reason: string }
  | typeof OUT_OF_TIME;

export const OUT_OF_TIME = { kind: 'not-run', because: 'out-of-time' } as const;

export function componentFault(reason: string): Outcome<never> {
  return { kind: 'not-run', because: 'component-fault', reason };
}

/** Options of a run, besides the text. */
export interface RunOptions {
  /** The data that the worker gets with the text, made when the text is handed over. Any structured clone. */
  readonly data?: () => unknown;
  /** Once it is aborted, the text is not started, or is ended. */
  readonly signal?: AbortSignal | undefined;
}

/** A place in which texts run without harm to each other or to the caller. */
export interface Isolation<R> {
  /** Resolves once a text would run at once; rejects if none can run, or the time is up. */
  ready(signal?: AbortSignal): Promise<void>;
  /** Never rejects. */
  run(text: string, options?: RunOptions): Promise<Outcome<R>>;
}
