/**
 * Acts that take a while, with their progress. They belong to the server: closing the page does not
 * stop them.
 */
import type { Selected } from './acts.ts';
import type { Ms } from './figure.ts';

interface Common {
  readonly id: string;
  readonly startedAt: Ms;
  readonly endedAt?: Ms;
  /**
   * `stopping`: it was asked to stop and finishes what is in progress. `failed`: `trouble` says
   * why.
   */
  readonly state: 'running' | 'stopping' | 'done' | 'stopped' | 'failed';
  readonly trouble?: string;
  /** Number of entries processed so far. */
  readonly done: number;
  /** Number of entries as counted before. Absent if they were not counted. */
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
  /**
   * Number of entries by what happened to them: `sent`, `discarded`, `changed meanwhile`, `failed`,
   * …
   */
  readonly counts: Readonly<Record<string, number>>;
  /** The first failures, at most 20. */
  readonly failures: readonly { readonly id: string; readonly reason: string }[];
  /**
   * For a redrive: endings so far of the messages that it sent. `still waiting` is watched for a
   * minute.
   */
  readonly aftermath?: Readonly<Record<string, number>>;
}

/** A verification of the audit log. */
export interface VerifyRun extends Common {
  readonly kind: 'verify';
  /** At its end: whether the log is intact, and what was found, as text. */
  readonly verified?: { readonly whole: boolean; readonly message: string };
}

/** A flood from the box of faults. */
export interface FloodRun extends Common {
  readonly kind: 'flood';
  readonly lane: string;
}

export type Run = BulkRun | VerifyRun | FloodRun;
