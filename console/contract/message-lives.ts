import type { Ms } from './figure.ts';

/** What is known about the messages with an id, as `message show` prints it. */
export interface Lives {
  readonly now: Ms;
  readonly lives: readonly LifeView[];
  /**
   * True if no message has this id, but a scan of whole tables could find what the producer called
   * it (correlation id, FILE:LINE). The page asks again with `slow=1` if the operator wants that.
   */
  readonly slowWouldHelp: boolean;
  /** If nothing is known: possible reasons, one per line. */
  readonly hints: readonly string[];
}

export interface LifeView {
  readonly messageId: string;
  readonly sentAt: Ms;
  readonly source: string;
  readonly lane: string;
  readonly file?: string;
  readonly line?: number;
  readonly correlationId?: string;
  readonly ending: 'stored' | 'rejected' | 'dead-lettered' | 'waiting';
  readonly steps: readonly LifeStepView[];
  /** Its entries in Quarantine. */
  readonly entries: readonly string[];
  /** Whether a stored resource can be revealed. */
  readonly stored: boolean;
  readonly commandLine: string;
}

export interface LifeStepView {
  /** Absent if the tables do not say when. */
  readonly at?: Ms;
  readonly what: string;
  /** Request id of the invocation, for {@link ROUTES.logs}. */
  readonly requestId?: string;
}

export interface LogLines {
  readonly lines: readonly {
    readonly at?: Ms;
    /** Name without the stage's prefix. */
    readonly function: string;
    readonly text: string;
  }[];
  /** There were more than are shown. */
  readonly more: boolean;
  /** On AWS: the address of the lines in CloudWatch. Open it in another tab, without a referrer. */
  readonly href?: string;
}
