import type { Ms } from './figure.ts';
import type { CrashKind } from './incidents.ts';

/**
 * Which entries are meant. The same names are in the page's address and in the query of a request; what is not
 * given does not matter, all that is given must match. As a selection of an act it must not be empty.
 */
export interface EntryFilter {
  readonly fingerprint?: string;
  readonly kind?: 'rejection' | 'dead-letter' | 'undelivered';
  readonly lane?: 'critical' | 'background';
  readonly source?: string;
  /** A part of the reason, whatever its case. */
  readonly text?: string;
}

export interface QuarantineGroups {
  readonly now: Ms;
  /** The largest first. What is quarantined now; ended and redriven entries are in no group. */
  readonly groups: readonly GroupView[];
  /** Entries in these groups. */
  readonly total: number;
  /** Marked by a redrive that died before it had sent; a redrive goes on with them. */
  readonly interrupted: number;
}

export interface GroupView {
  readonly fingerprint: string;
  readonly kind: 'rejection' | 'dead-letter' | 'undelivered';
  /** Of the latest entry; no PHI. */
  readonly reason: string;
  readonly lanes: readonly string[];
  readonly sources: readonly string[];
  readonly count: number;
  readonly first: Ms;
  readonly last: Ms;
  /** The most that one of them was redriven. */
  readonly redrives: number;
  /** The id of the latest entry. */
  readonly example: string;
}

export interface EntryPage {
  readonly entries: readonly EntrySummary[];
  /** Ask with `after=` this for more; absent at the end. */
  readonly after?: string;
}

export interface EntrySummary {
  readonly id: string;
  readonly status: EntryStatus;
  readonly kind?: GroupView['kind'];
  readonly lane: string;
  readonly source: string;
  readonly reason: string;
  readonly fingerprint?: string;
  readonly quarantinedAt?: Ms;
  readonly redrives: number;
}

export type EntryStatus =
  | 'in-isolation'
  | 'quarantined'
  | 'redriven'
  | 'discarded'
  | 'stored'
  | 'delivered';

/** All that is known of one entry but PHI. */
export interface EntryView extends EntrySummary {
  readonly now: Ms;
  readonly crash?: CrashKind;
  readonly sentAt: Ms;
  readonly file?: string;
  readonly line?: number;
  readonly correlationId?: string;
  /** When it is deleted. */
  readonly expiresAt?: Ms;
  readonly attempts: readonly AttemptView[];
  /** Earlier ends, each taken back by a redrive. */
  readonly rounds: readonly RoundView[];
  readonly redrive?: {
    readonly at: Ms;
    readonly by: string;
    readonly why?: string;
    /** Absent: announced, not sent yet. */
    readonly sentAt?: Ms;
  };
  readonly discard?: { readonly at: Ms; readonly by: string; readonly why?: string };
  readonly corrections: readonly { readonly at: Ms; readonly by: string; readonly why: string }[];
  /** What its OperationOutcome says, by codes and places only; absent where there is none. */
  readonly issues?: readonly IssueView[];
  /** Whether there is a body to reveal; `erased`: its patient was erased. */
  readonly body: 'masked' | 'none' | 'erased';
  /** The same on the command line. */
  readonly commandLine: string;
}

export interface AttemptView {
  readonly requestId: string;
  readonly startedAt: Ms;
  /** Absent: its environment died, or it still runs. */
  readonly endedAt?: Ms;
  readonly crash?: CrashKind;
  readonly reason?: string;
}

export interface RoundView {
  readonly quarantinedAt: Ms;
  readonly kind: string;
  readonly reason: string;
  readonly crash?: CrashKind;
  readonly fingerprint: string;
  readonly attempts: number;
  readonly redrivenAt: Ms;
  readonly by: string;
  readonly why?: string;
}

/** Without what may quote the resource. */
export interface IssueView {
  readonly severity: 'fatal' | 'error' | 'warning' | 'information';
  /** Of http://hl7.org/fhir/issue-type */
  readonly code: string;
  /** FHIRPath of elements: `Patient.name[0].given`. */
  readonly expression?: readonly string[];
  /** A rule of ours or of FHIR: `dom-3`. */
  readonly rule?: string;
}
