import type { Identity } from '../../core/message/verdict.ts';
import type { SenderProblem } from '../../core/source/sources.ts';
import type { Issue } from '../../packages/fhir-validator/issue.ts';
import type { Submission } from './submission.ts';

/** The rule of a claim check whose object does not exist. */
export const MISSING = 'claim-check/missing';

export interface Refused {
  readonly issue: Issue;
  /** Set if the sender is at fault, not the message. */
  readonly problem?: SenderProblem;
  /** The number of the erasure that applies to it: nothing of it is stored. */
  readonly erasure?: number;
  /** Its type and id, if known: an earlier delivery may have stored it while its text could be read (R04). */
  readonly identity?: Identity | undefined;
}

/** A submission with the version that was read, and with its final ids. */
export type Loaded =
  | { readonly submission: Submission; readonly text: string; readonly refused?: undefined }
  /** Not to be validated. If the text is absent, it was not read. */
  | {
      readonly submission: Submission;
      readonly text: string | undefined;
      readonly refused: Refused;
    };
