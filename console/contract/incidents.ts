import type { Ms } from './figure.ts';

export type CrashKind = 'exception' | 'timeout' | 'out-of-memory' | 'exit';

export interface Incidents {
  /** So many crashes in a window so long open one. */
  readonly crashesToOpen: number;
  readonly windowMs: number;
  /** The sliding window of each component in which something crashed lately. */
  readonly windows: readonly CrashWindow[];
  /** Those that go on, then the latest that are over; each the latest opened first. */
  readonly incidents: readonly IncidentView[];
}

export interface CrashWindow {
  /** The component whose code crashed. */
  readonly scope: string;
  /**
   * The latest, oldest first, at most 200. Those with `now - windowMs < at` are in the window: count at the
   * moment that you draw.
   */
  readonly crashes: readonly CrashView[];
  /** There were more in the window than are listed. */
  readonly more: boolean;
}

export interface CrashView {
  readonly at: Ms;
  readonly kind: CrashKind;
  readonly lane?: string;
  readonly fingerprint?: string;
  /** Its incident was resolved, so it opens no other. */
  readonly spent: boolean;
}

export interface IncidentView {
  /** `validate#1`: what a page's deduplication key is. */
  readonly key: string;
  readonly scope: string;
  readonly number: number;
  readonly status: 'open' | 'acknowledged' | 'resolved';
  /** `escalation`: a supervisor gave up, and `why` says what. */
  readonly cause: 'crashes' | 'escalation';
  readonly why?: string;
  readonly openedAt: Ms;
  /** Distinct crashes; `more`: there are more than could be counted. */
  readonly crashes: number;
  readonly more: boolean;
  readonly messages: number;
  readonly kinds: Readonly<Partial<Record<CrashKind, number>>>;
  /** The commonest first, at most 5; each leads to its group in Quarantine. */
  readonly fingerprints: readonly { readonly fingerprint: string; readonly crashes: number }[];
  readonly lanes: readonly string[];
  readonly firstCrashAt: Ms;
  readonly lastCrashAt: Ms;
  /** Faults that came later and were paged for by themselves. */
  readonly others: readonly {
    readonly fault: string;
    readonly kind: CrashKind;
    readonly crashes: number;
    readonly at: Ms;
  }[];
  readonly acknowledged?: Said;
  readonly resolved?: Said;
  /** What was told to whom, and when: `page`, `notice`, `page-again`, …; oldest first. */
  readonly told: readonly { readonly step: string; readonly at: Ms }[];
  /** Last days, `YYYY-MM-DD`, should it turn out to be a breach of patients' data; empty in old records. */
  readonly clocks: { readonly hipaaNoticeBy: string; readonly anpdNoticeBy: string };
}

export interface Said {
  readonly at: Ms;
  readonly by: string;
  readonly why: string;
}
