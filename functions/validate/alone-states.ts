/**
 * The states of a message that runs alone, in their order. The state in which a delivery stops tells
 * whether the table may contain an attempt that must be taken back.
 */
import type { Context } from 'aws-lambda';
import type { Attempt, Trouble } from '../../core/attempt/attempts.ts';
import type { Tally } from '../../telemetry/tally.ts';
import type { Crash } from './crashes.ts';
import type { Unanswered } from './endings.ts';
import type { IsolatedValidator } from './isolated-validator.ts';
import type { Loaded } from './loaded.ts';
import type { ValidateParts } from './parts.ts';
import type { Submission } from './submission.ts';
import type { OpenAttempt } from './take-back.ts';
import type { Validated } from './validate-loaded.ts';
import type { Verification } from './verification.ts';

/** One delivery of one message. */
export interface Delivery {
  readonly parts: ValidateParts;
  readonly context: Context;
  readonly tally: Tally;
  readonly unanswered: Unanswered;
  readonly verification: Verification;
  /** Aborted when no attempt may begin or continue. */
  readonly validating: AbortSignal;
}

/** The result of this delivery: its message is done, or must be delivered again. */
export type DeliveryEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'again'; readonly seconds: number };

/** The message's earlier attempts. */
interface Before {
  readonly seen: Trouble | undefined;
  readonly counted: readonly Attempt[];
}

export interface Received {
  readonly kind: 'received';
  readonly submission: Submission;
}
/** An attempt is allowed. */
export interface Allowed extends Before {
  readonly kind: 'allowed';
  readonly submission: Submission;
  readonly ownProcess: boolean;
}
interface Attempting<Kind extends string> extends Before {
  readonly kind: Kind;
  readonly loaded: Loaded;
  readonly attempt: Attempt;
  readonly place: IsolatedValidator;
}
/** From here on the table may contain the attempt, even if the answer to the write is lost. */
export type Recording = Attempting<'recording'>;
export type Recorded = Attempting<'recorded'>;
/** The verdict is known. A fault while acting on it is not the resource's. */
export interface HasVerdict extends Attempting<'has verdict'> {
  readonly validated: Validated;
  /** The message had no ending when the verdict was known. */
  readonly isOpen: boolean;
}
/** The attempt is spent. */
export interface Crashed extends Attempting<'crashed'> {
  readonly crash: Crash;
}
/** Nothing was recorded, because of a fault of our infrastructure. */
interface Failed {
  readonly kind: 'failed';
  readonly fault: unknown;
}
export interface Ended {
  readonly kind: 'ended';
  readonly end: DeliveryEnd;
}

export type State =
  | Received
  | Allowed
  | Recording
  | Recorded
  | HasVerdict
  | Crashed
  | Failed
  | Ended;

/** The attempt that the table contains, or may contain. */
export function openAttempt(state: State): OpenAttempt | undefined {
  switch (state.kind) {
    case 'recording':
    case 'recorded':
    case 'has verdict': {
      const { loaded, counted, attempt } = state;
      const { requestId } = attempt;
      return { submission: loaded.submission, index: counted.length, requestId };
    }
    default:
      return undefined;
  }
}
