import type { Ms } from './figure.ts';

/** What is known of the messages that somebody may mean; as `message show`. */
export interface Lives {
  readonly now: Ms;
  readonly lives: readonly LifeView[];
  /**
   * No message has this id. To look for what a producer said of it (correlation id, FILE:LINE) the whole
   * tables must be read: ask again with `slow=1` if that is wanted. False where nothing more can be done.
   */
  readonly slowWouldHelp: boolean;
  /** Where nothing is known: what that may mean, a line each. */
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
  /** Absent where the tables do not say when. */
  readonly at?: Ms;
  readonly what: string;
  /** Of the invocation: what {@link ROUTES.logs} asks for. */
  readonly requestId?: string;
}

export interface LogLines {
  readonly lines: readonly {
    readonly at?: Ms;
    /** Without the stage's prefix. */
    readonly function: string;
    readonly text: string;
  }[];
  /** There were more than are shown. */
  readonly more: boolean;
  /** Where a browser finds them, on AWS: open it in another tab, without a referrer. */
  readonly href?: string;
}
