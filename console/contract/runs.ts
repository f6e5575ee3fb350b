/** Acts that take a while: how far each is. They are the server's, and outlive the page; not the server. */
import type { Selected } from './acts.ts';
import type { Ms } from './figure.ts';

interface Common {
  readonly id: string;
  readonly startedAt: Ms;
  readonly endedAt?: Ms;
  /** `stopping`: told to stop, and finishing what is under way. `failed`: `trouble` says why. */
  readonly state: 'running' | 'stopping' | 'done' | 'stopped' | 'failed';
  readonly trouble?: string;
  /** Worked through so far. */
  readonly done: number;
  /** Of how many, as counted before; absent where nobody counted. */
  readonly total?: number;
  readonly commandLine: string;
}

export interface BulkRun extends Common {
  readonly kind: 'redrive' | 'discard';
  readonly selected: Selected;
  readonly before: Ms;
  readonly rate: number;
  readonly by: string;
  readonly reason: string;
  /** How many ended how: `sent`, `discarded`, `changed meanwhile`, `failed`, … */
  readonly counts: Readonly<Record<string, number>>;
  /** The first that failed, at most 20. */
  readonly failures: readonly { readonly id: string; readonly reason: string }[];
  /** Of a redrive: what became of what was sent, so far. `still waiting` is watched for a minute. */
  readonly aftermath?: Readonly<Record<string, number>>;
}

/** Verification of the audit log. */
export interface VerifyRun extends Common {
  readonly kind: 'verify';
  /** Once it is done: whether the log is whole, and what was found, in words. */
  readonly verified?: { readonly whole: boolean; readonly message: string };
}

/** Of the box of faults. */
export interface FloodRun extends Common {
  readonly kind: 'flood';
  readonly lane: string;
}

export type Run = BulkRun | VerifyRun | FloodRun;
