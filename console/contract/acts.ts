/** What an operator does here. Each asks for a reason, and needs `--operate` unless its route says otherwise. */
import type { Ms } from './figure.ts';
import type { EntryFilter } from './quarantine.ts';

export type BulkKind = 'redrive' | 'discard';

/** Either entries by id, or all that match a filter, which must not be empty. */
export type Selected = { readonly ids: readonly string[] } | { readonly filter: EntryFilter };

export interface CountRequest {
  readonly kind: BulkKind;
  readonly selected: Selected;
}

/** What the act would take, counted before anybody can begin it. */
export interface Counted {
  /** By what would become of each: `sent` or `discarded` is what the act does, all else is left. */
  readonly counts: Readonly<Record<string, number>>;
  /** How many it would take. */
  readonly count: number;
  /** It takes nothing that was quarantined later; to be sent back with the act. */
  readonly before: Ms;
  /** The act on the command line. */
  readonly commandLine: string;
}

export interface BulkRequest {
  readonly kind: BulkKind;
  readonly selected: Selected;
  readonly before: Ms;
  /** The shown `count`: the act is refused if it would affect more. */
  readonly count: number;
  /** Entries a second, 1 to 1000. */
  readonly rate: number;
  readonly reason: string;
}

export interface IncidentWord {
  readonly word: 'acknowledge' | 'resolve';
  readonly scope: string;
  readonly number: number;
  readonly reason: string;
}

export type BreakerWord = { readonly service: string; readonly reason: string } & (
  | { readonly word: 'force-open' | 'force-closed' /** At most 24 h. */; readonly forMs: number }
  | { readonly word: 'reset' }
);

export interface LaneWord {
  readonly word: 'pause' | 'resume';
  readonly lane: string;
  readonly reason: string;
}

/** It is done; the next snapshot shows it. */
export interface Done {
  /** What it is now, for a person. */
  readonly message: string;
  /** False where it was so before. */
  readonly changed: boolean;
  readonly commandLine: string;
}
