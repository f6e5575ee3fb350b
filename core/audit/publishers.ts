/**
 * Who may publish what to the kernel (R40).
 *
 * `sqs:SendMessage` says who may put a message into a queue, but not what the message may say. SQS names
 * the sender of each message (`SenderId`), and nobody can choose that name. So a queue of the kernel has a
 * list of publishers: a principal of IAM, and the kinds of message that it may publish. Like a key ring:
 * the door takes many keys, and each key opens one room.
 *
 * A topic or a rule sends under an id of its service, the same for everybody. Such a message cannot be
 * proved here: the policies of the topic and of the queue say who may use them. All that can be seen here
 * is whether the sender is a service at all. SQS shows a service like a user (`AIDA…`), so a role, an
 * account and every publisher on the list are certainly not one.
 *
 * An emulator uses one sender for all; with `fixed` nothing is checked.
 */
import * as z from 'zod';
import { principalOf } from '../source/sources.ts';

const publisherSchema = z.strictObject({
  /** Unique id of IAM, or the number of an account, which stands for its root user. */
  id: z.string().min(1),
  /** The function whose role it is, or `operator`. */
  as: z.string().min(1),
  kinds: z.array(z.string()),
});

export const publishersSchema = z.strictObject({
  senderIds: z.enum(['verify', 'fixed']),
  known: z.array(publisherSchema),
});
export type Publishers = z.infer<typeof publishersSchema>;

/** What is recorded about the sender of a fact. */
export interface PublishedBy {
  /** What SQS proves of the sender: a unique id of IAM, without the session that its caller chose. */
  readonly teller: string;
  /** The function or operator that it belongs to; absent for a stranger. */
  readonly toldAs?: string;
}

export function publishedBy({ known }: Publishers, senderId: string): PublishedBy {
  const teller = principalOf(senderId);
  const toldAs = known.find(({ id }) => id === teller)?.as;
  return { teller, ...(toldAs !== undefined && { toldAs }) };
}

export function mayPublish(
  { senderIds, known }: Publishers,
  senderId: string,
  kind: string,
): boolean {
  if (senderIds === 'fixed') return true;
  const teller = principalOf(senderId);
  return known.some(({ id, kinds }) => id === teller && kinds.includes(kind));
}

/** Whether a topic or a rule may have sent it. A role has a session behind a colon, a service has none. */
export function mayBeService({ senderIds, known }: Publishers, senderId: string): boolean {
  if (senderIds === 'fixed') return true;
  return /^AIDA[A-Z0-9]+$/.test(senderId) && !known.some(({ id }) => id === senderId);
}
