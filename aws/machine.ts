/**
 * The parts of its machine that our code uses, besides the services: a clock, randomness and
 * timers. All are arguments, so that a test or a simulation can pass its own.
 */
import { randomUUID } from 'node:crypto';

export interface Machine {
  /** Epoch ms. */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  /** A UUID. */
  readonly randomId: () => string;
  /** Runs something once after this many ms. Returns a function that cancels it. */
  readonly later: (ms: number, run: () => void) => () => void;
}

export const realMachine: Machine = {
  now: () => Date.now(),
  random: () => Math.random(),
  randomId: () => randomUUID(),
  later(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

export type Fetch = typeof fetch;

export function pause({ later }: Pick<Machine, 'later'>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    later(ms, resolve);
  });
}
