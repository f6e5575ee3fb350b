/**
 * The suspects of one death travel to the isolation queue together: one message whose body holds them.
 *
 * There one invocation runs them one after the other in a process of its own. A killer kills that process
 * and is seen, and all others are done after this one run. One by one, a hundred suspects would take a
 * hundred invocations with an attempt recorded for each. Rejected: halving. It finds one killer in log n
 * runs, but waits for a visibility timeout before each.
 *
 * What does not end in that run moves on alone, so a group is tried once.
 */
import * as z from 'zod';
import { messageBytes, SEND_BYTES_MAX, type Sendable } from '../message/send-batches.ts';

/** Name of the one message attribute that a group carries; its value is the number of members. */
export const GROUP_ATTRIBUTE = 'failsafe-group';
const MEMBERS_MAX = 100;

/** A message as it would be sent alone. */
const memberSchema = z.object({ body: z.string(), attributes: z.record(z.string(), z.string()) });
const groupSchema = z.array(memberSchema).min(1).max(MEMBERS_MAX);

interface Grouped extends Sendable {
  /** The source's group: SQS lets no source's flood delay the others (R50). */
  readonly groupId: string;
}

/** Packs messages by their source, as many as fit into one message. Returns groups of positions. */
export function groupSuspects<M extends Grouped>(
  messages: readonly M[],
): readonly (readonly M[])[] {
  return [...Map.groupBy(messages, ({ groupId }) => groupId).values()].flatMap(packed);
}

function packed<M extends Sendable>(messages: readonly M[]): M[][] {
  const groups: M[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const more = Buffer.byteLength(memberText(message)) + 1;
    const current = groups.at(-1);
    const fits = bytes + more <= SEND_BYTES_MAX - OVERHEAD_BYTES;
    if (current === undefined || current.length === MEMBERS_MAX || !fits) {
      groups.push([message]);
      bytes = more;
    } else {
      current.push(message);
      bytes += more;
    }
  }
  return groups;
}

/** Size of the brackets and the attribute. */
const OVERHEAD_BYTES = 2 + messageBytes({ body: '', attributes: { [GROUP_ATTRIBUTE]: '100' } });

const memberText = ({ body, attributes }: Sendable) => JSON.stringify({ body, attributes });

/** The message that carries a group of at least two. */
export function groupMessage(members: readonly Sendable[]): Sendable {
  return {
    body: `[${members.map(memberText).join(',')}]`,
    attributes: { [GROUP_ATTRIBUTE]: String(members.length) },
  };
}

/** The members of a group, as they would be sent alone. Throws if it is not one of our groups. */
export function membersOf(body: string): readonly Sendable[] {
  return groupSchema.parse(JSON.parse(body));
}
