import type { Ms } from './figure.ts';

export type CrashKind = 'exception' | 'timeout' | 'out-of-memory' | 'exit';

export interface Incidents {
  /** Number of crashes in a window of `windowMs` that opens an incident. */
  readonly crashesToOpen: number;
  readonly windowMs: number;
  /** The sliding window of each component that had a crash lately. */
  readonly windows: readonly CrashWindow[];
  /** Unresolved incidents, then the latest resolved ones. Both newest first. */
  readonly incidents: readonly IncidentView[];
}

export interface CrashWindow {
  /** The component whose code crashed. */
  readonly scope: string;
  /**
   * The latest crashes, oldest first, at most 200. Crashes with `now - windowMs < at` are in the
   * window: count them when you draw.
   */
  readonly crashes: readonly CrashView[];
  /** The window has more crashes than are listed. */
  readonly more: boolean;
}

export interface CrashView {
  readonly at: Ms;
  readonly kind: CrashKind;
  readonly lane?: string;
  readonly fingerprint?: string;
  /** Its incident was resolved, so it cannot open another one. */
  readonly spent: boolean;
}

export interface IncidentView {
  /** Such as `validate#1`: the deduplication key of a page. */
  readonly key: string;
  readonly scope: string;
  readonly number: number;
  readonly status: 'open' | 'acknowledged' | 'resolved';
  /** `escalation`: a supervisor gave up. `why` has its reason. */
  readonly cause: 'crashes' | 'escalation';
  readonly why?: string;
  readonly openedAt: Ms;
  /** Number of distinct crashes. `more`: there were too many to count. */
  readonly crashes: number;
  readonly more: boolean;
  readonly messages: number;
  readonly kinds: Readonly<Partial<Record<CrashKind, number>>>;
  /** The most frequent first, at most 5. Each links to its group in Quarantine. */
  readonly fingerprints: readonly { readonly fingerprint: string; readonly crashes: number }[];
  readonly lanes: readonly string[];
  readonly firstCrashAt: Ms;
  readonly lastCrashAt: Ms;
  /** Faults that were found later and paged separately. */
  readonly others: readonly {
    readonly fault: string;
    readonly kind: CrashKind;
    readonly crashes: number;
    readonly at: Ms;
  }[];
  readonly acknowledged?: Said;
  readonly resolved?: Said;
  /** Notifications, oldest first. Steps are `page`, `notice`, `page-again`, … */
  readonly notices: readonly { readonly step: string; readonly at: Ms }[];
  /**
   * Last days to report, `YYYY-MM-DD`, if the incident is a breach of patients' data. Empty in old
   * records.
   */
  readonly clocks: { readonly hipaaNoticeBy: string; readonly anpdNoticeBy: string };
}

export interface Said {
  readonly at: Ms;
  readonly by: string;
  readonly why: string;
}
