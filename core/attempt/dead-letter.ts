/**
 * What a message in a dead-letter queue says about itself.
 *
 * Ours come with an envelope that names the reason. One without came by SQS's own redrive, after it
 * was received a thousand times and never finished: that is the backstop, and says so. SQS keeps id
 * and time of such a message, so it is still its own origin; its lane is in its queue's name. Only
 * between our own queues is an envelope ours: one that came by the lane's first queue is a producer's
 * invention, and could end somebody else's message. So it is if its sender was none of us.
 */

import type { CrashKind } from '../../packages/isolation/death.ts';
import {
  ENVELOPE_ATTRIBUTE,
  type Envelope,
  type Lane,
  lanes,
  type Origin,
} from '../message/messages.ts';
import { type Arrival, type Provenance, readProvenance } from '../message/origin.ts';

export interface DeadLetter {
  readonly origin: Origin;
  readonly lane: Lane;
  /** What crashed it; of a backstop it is not known, and `exit` stands for it. */
  readonly crash: CrashKind;
  readonly reason: string;
  /** Where a hop of our own laid its body. */
  readonly laid?: Envelope['laid'];
  /** Whether a hop of our own brought it here. */
  readonly isHop: boolean;
  /** Why its envelope cannot be read: nobody knows which message it ends, so it must wait (R09). */
  readonly unreadable?: string | undefined;
}

const BACKSTOP = 'never finished: its queue gave up after receiving it too often';

export interface DeadArrival extends Arrival {
  readonly queueArn: string;
  /** The queue that gave up, where SQS itself moved the message (DeadLetterQueueSourceArn). */
  readonly redrivenFrom?: string | undefined;
}

/**
 * Never throws, whatever the attributes hold.
 * @param proven what a message says of itself, as far as its sender bears it out (core/source/sources.ts)
 */
export function deadLetterOf(
  arrival: DeadArrival,
  proven: (said: Provenance, queue: 'first' | 'behind', lane: Lane) => Provenance = (said) => said,
): DeadLetter {
  const { redrivenFrom } = arrival;
  const isOurs = redrivenFrom === undefined || redrivenFrom.endsWith('-isolation');
  const lane = laneOfQueue(arrival.queueArn);
  const { [ENVELOPE_ATTRIBUTE]: _, ...said } = arrival.attributes;
  const provenance = readProvenance(isOurs ? arrival : { ...arrival, attributes: said });
  const { origin, envelope, problem, unreadable } = proven(
    provenance,
    isOurs ? 'behind' : 'first',
    lane,
  );
  return {
    origin,
    lane: envelope?.lane ?? lane,
    crash: envelope?.deadLetter?.kind ?? envelope?.crash ?? 'exit',
    reason: envelope?.deadLetter?.reason ?? BACKSTOP,
    laid: envelope?.laid,
    isHop: envelope !== undefined,
    ...(unreadable && { unreadable: problem }),
  };
}

/** Queues are named `fhir-failsafe-<stage>-<lane>-dead-letter`. */
function laneOfQueue(arn: string): Lane {
  return lanes.find((lane) => arn.endsWith(`-${lane}-dead-letter`)) ?? 'background';
}
