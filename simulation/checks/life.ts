/** What is known of one submission, from its message's arrival to its ending. */
import type { Message } from '../sqs/message.ts';
import type { Submission } from '../submission.ts';
import { describe, type Fate } from './fate.ts';
import type { Member } from './members.ts';

export interface Life {
  readonly messageId: string;
  /** Known shortly after its message has arrived. */
  submission: Submission | undefined;
  /** Number of messages in queues that stand for it. */
  copies: number;
  /** Status in Quarantine. Undefined if it has no entry. */
  status: string | undefined;
  /** Its ending of this round, as it was published. */
  told: Fate | undefined;
  /** How many effects there had been. */
  toldAt: number;
  /** Highest round in which it was sent. */
  round: number;
  /** The earliest time at which a copy of that round was sent back; 0 for the first round. */
  redrivenAt: number;
  /** All copies of that round have the body that an operator corrected. */
  isCorrected: boolean;
  isTold: boolean;
}

export function newLife(messageId: string): Life {
  return {
    messageId,
    submission: undefined,
    copies: 0,
    status: undefined,
    told: undefined,
    toldAt: 0,
    round: 0,
    redrivenAt: 0,
    isCorrected: false,
    isTold: false,
  };
}

/** A message that stands for it has arrived in a queue. */
export function arrivedOf(life: Life, { round, redrivenAt }: Member, { body }: Message): void {
  life.copies += 1;
  if (round < life.round) return;
  const isCorrected = body === life.submission?.corrected;
  life.isCorrected = isCorrected && (life.isCorrected || round > life.round);
  if (round === life.round) {
    life.redrivenAt = Math.min(life.redrivenAt, redrivenAt);
    return;
  }
  life.round = round;
  life.redrivenAt = redrivenAt;
  life.told = undefined;
}

export const nameOf = ({ messageId, submission }: Life) =>
  submission === undefined ? messageId : describe(submission);
