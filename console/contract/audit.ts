import type { Ms } from './figure.ts';

/** The end of the audit log. */
export interface AuditTail {
  /** Newest first, at most 50. */
  readonly entries: readonly AuditView[];
  /** Hash of configuration and code of the deployment that wrote the newest entry. */
  readonly deployment?: string;
}

export interface AuditView {
  readonly sequence: number;
  /**
   * Such as `phi-read`, `redrive`, `page`, `lane-paused`. The log itself adds `unreadable` and
   * `refused`.
   */
  readonly kind: string;
  /** When it happened, and when it was recorded. */
  readonly at: Ms;
  readonly recordedAt: Ms;
  readonly component: string;
  /** The operator or role that did it. */
  readonly actor?: string;
  readonly reason?: string;
  readonly details: Readonly<Record<string, string | number>>;
  /** The function or operator that published it first: the principal that SQS proves. */
  readonly toldAs?: string;
  readonly hash: string;
}
