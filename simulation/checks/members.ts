/**
 * The submissions that a message in a lane's queue stands for: itself, the one in its envelope, or
 * the members of a group.
 */
import { GROUP_ATTRIBUTE, membersOf as groupOf } from '../../core/attempt/suspect-group.ts';
import { ENVELOPE_ATTRIBUTE } from '../../core/message/messages.ts';
import type { Message } from '../sqs/message.ts';

/** A submission in a queue, as the message describes it. */
export interface Member {
  readonly messageId: string;
  /** Number of its redrives. */
  readonly round: number;
  /** When it was sent back for that round, epoch ms; 0 if it never was. */
  readonly redrivenAt: number;
  /** Whether the message says that it crashed often enough. */
  readonly isDeadLetter: boolean;
  /** It says which crash of it was seen. */
  readonly hasCrashed: boolean;
}

const LANE_QUEUE = /-(?:critical|background)(?:-isolation|-dead-letter)?$/;

export const isLaneQueue = (name: string) => LANE_QUEUE.test(name);

const known = new WeakMap<Message, readonly Member[]>();

/**
 * Cached for each message, because it is needed when the message arrives, is received, and leaves.
 */
export function membersOf(message: Message): readonly Member[] {
  const before = known.get(message);
  if (before !== undefined) return before;
  const members = membersIn(message);
  known.set(message, members);
  return members;
}

/** The same of a message, or of a record that was made of one. */
export function membersIn({
  id,
  body,
  attributes,
}: Pick<Message, 'id' | 'body' | 'attributes'>): readonly Member[] {
  if (attributes[GROUP_ATTRIBUTE] !== undefined) {
    return groupOf(body).map((member) => memberBy(member.attributes[ENVELOPE_ATTRIBUTE], id));
  }
  return [memberBy(attributes[ENVELOPE_ATTRIBUTE]?.StringValue, id)];
}

function memberBy(envelope: string | undefined, id: string): Member {
  if (envelope === undefined)
    return { messageId: id, round: 0, redrivenAt: 0, isDeadLetter: false, hasCrashed: false };
  const {
    messageId,
    round = 0,
    redrivenAt = 0,
    deadLetter,
    crash,
  } = JSON.parse(envelope) as {
    messageId: string;
    round?: number;
    redrivenAt?: number;
    deadLetter?: object;
    crash?: string;
  };
  return {
    messageId,
    round,
    redrivenAt,
    isDeadLetter: deadLetter !== undefined,
    hasCrashed: crash !== undefined,
  };
}
