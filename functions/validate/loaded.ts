import type { SenderProblem } from '../../core/source/sources.ts';
import type { Issue } from '../../packages/fhir-validator/issue.ts';
import type { Submission } from './submission.ts';

export interface Refused {
  readonly issue: Issue;
  /** Set if the sender is at fault, not the message. */
  readonly problem?: SenderProblem;
  /** The number of the erasure that applies to it: nothing of it is stored. */
  readonly erasure?: number;
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
