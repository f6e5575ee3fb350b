/** PHI, shown only with a reason; the audit log records this before the PHI is read (R42). */
import type { IssueView } from './quarantine.ts';

export interface RevealRequest {
  /** `entry`: a body of Quarantine and its outcome. `stored`: the current resource of a message. */
  readonly what: 'entry' | 'stored';
  readonly id: string;
  /** Holds words. */
  readonly reason: string;
}

/**
 * Keep it only in memory, and drop it when its view closes. It is text from outside: never treat it as
 * markup.
 */
export interface Revealed {
  /** The resource, broken into lines where it came in one; as it came where it is no JSON. */
  readonly body: string;
  /** Only the beginning of the body is shown. */
  readonly truncated: boolean;
  /** Of an entry: each issue with its words, in the order of the outcome. */
  readonly issues: readonly RevealedIssue[];
}

export interface RevealedIssue extends IssueView {
  /** What it says; it may quote a value. */
  readonly text?: string;
  /** Lines of `body`, from 1, where its elements stand, or what is nearest to them; empty where that is not known. */
  readonly lines: readonly number[];
}
