/**
 * What ties work to the invocation that began it (R61). Lambda freezes an environment between two
 * invocations, and what is still under way then goes on in the next one. So each invocation has a
 * signal, and once it is aborted nothing of that invocation begins and what runs is ended.
 */
import { ComponentFault } from '../../core/message/component-fault.ts';
import type { Judgement } from './pool.ts';

/** Where texts are judged. */
export interface Judging {
  /** Resolves once a text would be judged at once; rejects where that cannot be, or time is up. */
  ready(signal?: AbortSignal): Promise<void>;
  /** The verdict on one text, submitted then (epoch ms) by that source. Never rejects. */
  judge(
    text: string,
    submittedAt: number,
    off?: () => readonly number[],
    signal?: AbortSignal,
    source?: string,
  ): Promise<Judgement>;
}

/** A place to judge in, as one invocation has it: it cannot forget its signal. */
export function during(place: Judging, signal: AbortSignal): Judging {
  return {
    ready: () => place.ready(signal),
    judge: (text, submittedAt, off, _, source) =>
      place.judge(text, submittedAt, off, signal, source),
  };
}

/** The invocation has no time left for what has not begun: a fault of our own (R09). */
export function timeUp(): ComponentFault {
  return new ComponentFault('the time was up before it could begin');
}

/** Waits no longer than the invocation lasts. What is waited for goes on by itself. */
export async function whileItLasts<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return work;
  const over = Promise.withResolvers<never>();
  const end = () => over.reject(timeUp());
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([work, over.promise]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** Calls back once for each signal that it is told of, when that is aborted. */
export class Signals {
  readonly #known = new WeakSet<AbortSignal>();
  readonly #onAborted: (signal: AbortSignal) => void;

  constructor(onAborted: (signal: AbortSignal) => void) {
    this.#onAborted = onAborted;
  }

  follow(signal: AbortSignal | undefined): void {
    if (signal === undefined || this.#known.has(signal)) return;
    this.#known.add(signal);
    signal.addEventListener('abort', () => this.#onAborted(signal), { once: true });
  }
}
