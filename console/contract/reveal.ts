/**
 * PHI. It is shown only for a reason, and the audit log records this before the PHI is read (R42).
 */
import type { IssueView } from './quarantine.ts';

export interface RevealRequest {
  /**
   * `entry`: the body and the outcome of an entry in Quarantine. `stored`: the current resource of
   * a message.
   */
  readonly what: 'entry' | 'stored';
  readonly id: string;
  /** Must contain words. */
  readonly reason: string;
}

/**
 * The page keeps it only in memory and drops it when its view closes. It is text of a sender: never
 * use it as markup.
 */
export interface Revealed {
  /** The resource, broken into lines if it came in one. Unchanged if it is not JSON. */
  readonly body: string;
  /** Only the beginning of the body is shown. */
  readonly truncated: boolean;
  /** For an entry: the issues with their texts, in the order of the outcome. */
  readonly issues: readonly RevealedIssue[];
}

export interface RevealedIssue extends IssueView {
  /** Text of the issue. It may quote a value. */
  readonly text?: string;
  /**
   * Lines of `body`, from 1, that have its elements, or the nearest lines. Empty if they are not
   * known.
   */
  readonly lines: readonly number[];
}
