/**
 * What a message in a dead-letter queue says about itself.
 *
 * Our own dead letters have an envelope that names the reason. One without an envelope came by SQS's own
 * redrive, after a thousand receives without an ending: that is the backstop, and the entry says so. SQS
 * keeps id and time of such a message, so it is its own origin, and the name of its queue gives the lane.
 * An envelope counts only on a message that came from one of our own queues, sent by one of our functions.
 * On a message from the lane's first queue it is invented by a producer, and could end somebody else's
 * message.
 */

import type { CrashKind } from '../../packages/isolation/death.ts';
import { type Lane, lanes, type Origin } from '../message/messages.ts';
import type { Arrival, Provenance } from '../message/origin.ts';

export interface DeadLetter {
  readonly origin: Origin;
  readonly lane: Lane;
  /** What crashed it. For a backstop this is not known, and `exit` is used. */
  readonly crash: CrashKind;
  readonly reason: string;
  /** SQS moved it, and knows nothing of what became of it. */
  readonly isBackstop: boolean;
  /** Why its envelope cannot be read. It is unknown which message it ends, so it must wait (R09). */
  readonly unreadable?: string | undefined;
}

const BACKSTOP = 'never finished: its queue gave up after receiving it too often';

/** By which lane and queue a message got into a dead-letter queue, by whose name alone the lane is known. */
export function deadFrom(
  queueArn: string,
  /** The queue that gave up, where SQS itself moved the message (DeadLetterQueueSourceArn). */
  redrivenFrom: string | undefined,
): { readonly lane: Lane; readonly queue: Arrival['queue'] } {
  const isOurs = redrivenFrom === undefined || redrivenFrom.endsWith('-isolation');
  return { lane: laneOfQueue(queueArn), queue: isOurs ? 'behind' : 'first' };
}

export function deadLetterOf(
  { origin, envelope, problem, unreadable }: Provenance,
  lane: Lane,
): DeadLetter {
  return {
    origin,
    lane: envelope?.lane ?? lane,
    crash: envelope?.deadLetter?.kind ?? envelope?.crash ?? 'exit',
    reason: envelope?.deadLetter?.reason ?? BACKSTOP,
    isBackstop: envelope?.deadLetter === undefined,
    ...(unreadable && { unreadable: problem }),
  };
}

/** Queues are named `fhir-failsafe-<stage>-<lane>-dead-letter`. */
function laneOfQueue(arn: string): Lane {
  return lanes.find((lane) => arn.endsWith(`-${lane}-dead-letter`)) ?? 'background';
}
