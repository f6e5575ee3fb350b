import type { SenderProblem } from '../../core/source/sources.ts';
import type { Issue } from '../../packages/fhir-validator/issue.ts';
import type { Submission } from './submission.ts';

export interface Refused {
  readonly issue: Issue;
  /** Where it is not the message's fault but its sender's. */
  readonly problem?: SenderProblem;
  /** The number of the erasure that it falls under: nothing of it is kept. */
  readonly erasure?: number;
}

/** A submission with the version that was read, and its ids decided. */
export type Loaded =
  | { readonly submission: Submission; readonly text: string; readonly refused?: undefined }
  /** Not to be validated; without a text it was not even read. */
  | {
      readonly submission: Submission;
      readonly text: string | undefined;
      readonly refused: Refused;
    };
