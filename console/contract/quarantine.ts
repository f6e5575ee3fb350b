import type { Ms } from './figure.ts';
import type { CrashKind } from './incidents.ts';

/**
 * A filter of entries. The page's address and the query of a request use the same names. An entry
 * must match all fields that are given. As the selection of an act, a filter must have at least one
 * field.
 */
export interface EntryFilter {
  readonly fingerprint?: string;
  readonly kind?: 'rejection' | 'dead-letter' | 'undelivered';
  readonly lane?: 'critical' | 'background';
  readonly source?: string;
  /** A part of the reason, in upper or lower case. */
  readonly text?: string;
}

export interface QuarantineGroups {
  readonly now: Ms;
  /**
   * The largest first. Only entries that are quarantined now: ended and redriven entries are in no
   * group.
   */
  readonly groups: readonly GroupView[];
  /** Number of entries in these groups. */
  readonly total: number;
  /**
   * Entries marked by a redrive that died before it sent them. A new redrive continues with them.
   */
  readonly interrupted: number;
}

export interface GroupView {
  readonly fingerprint: string;
  readonly kind: 'rejection' | 'dead-letter' | 'undelivered';
  /** Reason of the newest entry, without PHI. */
  readonly reason: string;
  readonly lanes: readonly string[];
  readonly sources: readonly string[];
  readonly count: number;
  readonly first: Ms;
  readonly last: Ms;
  /** The highest number of redrives of an entry. */
  readonly redrives: number;
  /** Id of the newest entry. */
  readonly example: string;
}

export interface EntryPage {
  readonly entries: readonly EntrySummary[];
  /** Value of `after` for the next page. Absent on the last page. */
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

/** Everything about one entry except PHI. */
export interface EntryView extends EntrySummary {
  readonly now: Ms;
  readonly crash?: CrashKind;
  readonly sentAt: Ms;
  readonly file?: string;
  readonly line?: number;
  readonly correlationId?: string;
  /** Time of deletion. */
  readonly expiresAt?: Ms;
  readonly attempts: readonly AttemptView[];
  /** Earlier endings, each followed by a redrive. */
  readonly rounds: readonly RoundView[];
  readonly redrive?: {
    readonly at: Ms;
    readonly by: string;
    readonly why?: string;
    /** Absent if the redrive was announced but not sent yet. */
    readonly sentAt?: Ms;
  };
  readonly discard?: { readonly at: Ms; readonly by: string; readonly why?: string };
  readonly corrections: readonly { readonly at: Ms; readonly by: string; readonly why: string }[];
  /** Codes and places of its OperationOutcome. Absent if there is none. */
  readonly issues?: readonly IssueView[];
  /** `masked`: there is a body to reveal. `erased`: its patient was erased. */
  readonly body: 'masked' | 'none' | 'erased';
  /** The command line that shows the same. */
  readonly commandLine: string;
}

export interface AttemptView {
  readonly requestId: string;
  readonly startedAt: Ms;
  /** Absent if its environment died, or if it still runs. */
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

/** An issue without the texts that may quote the resource. */
export interface IssueView {
  readonly severity: 'fatal' | 'error' | 'warning' | 'information';
  /** A code of http://hl7.org/fhir/issue-type */
  readonly code: string;
  /** FHIRPath of elements: `Patient.name[0].given`. */
  readonly expression?: readonly string[];
  /** Id of the broken rule, ours or FHIR's: `dom-3`. */
  readonly rule?: string;
}
