/**
 * Proves who sent a message.
 *
 * SQS says of each message which principal sent it (`SenderId`), and nobody can choose that. The part
 * before the colon is IAM's unique id of a role, a user or an account; the part behind it, a role's session
 * name, is the caller's own choice and is not read. The config maps these ids to sources, and says what
 * each may send: to which lanes, which types of resource, how large, how many a minute. What an unknown
 * sender sent, or a known one may not send, is refused without validating it.
 *
 * A hop between our own queues makes our role the sender. Then, and only then, the envelope's source is
 * believed: for a message that came by one of our own queues, from one of our roles or an operator. A
 * refused message carries its first sender and its claims along when it is redriven, and both decide again:
 * it is refused until the config is fixed, and then accepted under its source.
 *
 * A service (a topic, a rule) sends under an id of its own that is the same for everybody: it proves
 * nothing, and the queue's policy says who may use it, by `aws:SourceArn` (lib/constructs/queue-policy.ts).
 * An emulator uses one sender for all; with `fixed` the sender is not checked, and a message belongs to the
 * source that it names. A size of exactly the limit is accepted.
 */
import * as z from 'zod';
import { groupIdOf } from '../message/message-group.ts';
import { type Envelope, type Lane, laneSchema, lanes } from '../message/messages.ts';
import type { Arrival } from '../message/origin.ts';

/** The source of unknown senders. No configured source can have this name. */
export const UNKNOWN_SOURCE = 'unknown';

const senderIdSchema = z
  .string()
  .regex(
    /^(?:A[A-Z]{3}[A-Z0-9]{3,124}|\d{12})$/,
    'must be a unique id of IAM (AROA…, AIDA…), without a session, or an account',
  );

export const sourceSchema = z.strictObject({
  /** Unique ids of the roles, users, accounts or services that send as this source. */
  senders: z.array(senderIdSchema).nonempty(),
  lanes: z
    .array(laneSchema)
    .nonempty()
    .default([...lanes]),
  /** Absent: all types. */
  resourceTypes: z
    .array(z.string().regex(/^[A-Z][A-Za-z]+$/))
    .nonempty()
    .optional(),
  /** Maximum bytes of one resource. Absent: the system's own limit. */
  largestBytes: z.int().positive().optional(),
  /** Maximum number of messages sent in a minute. Absent: no limit. */
  ratePerMinute: z.int().positive().optional(),
});
export type Source = z.infer<typeof sourceSchema>;

export const sourceRulesSchema = z.strictObject({
  /**
   * `verify`: the sender decides the source. `fixed`: the message's own claim decides, because the emulator
   * has one sender.
   */
  senderIds: z.enum(['verify', 'fixed']).default('verify'),
  /** Whether a message must have the group of its source. */
  messageGroups: z.enum(['require', 'accept']).default('require'),
  /** Unique ids of those who may redrive, and publish operators' facts to the audit log. */
  operators: z.array(senderIdSchema).default([]),
  /** By label. */
  known: z.record(
    z.string().regex(/^[!-"$-~]{1,128}$/, 'must be 1 to 128 letters, digits or ASCII signs, but #'),
    sourceSchema,
  ),
});
export type SourceRules = z.infer<typeof sourceRulesSchema>;

/** Why a message is refused, as text for metrics, audit and OperationOutcomes. */
export const SENDER_PROBLEMS = {
  'unknown-sender': 'The sender is not known here',
  'not-a-hop': 'The sender may not send to a queue of our own',
  'other-source': 'The message names a source that is not its sender',
  lane: 'The source may not send to this lane',
  'message-group': 'The MessageGroupId is absent, or not the source',
  size: 'The resource is larger than the source may send',
  'resource-type': 'The source may not send this type of resource',
  rate: 'The source sent more than it may in a minute',
} as const;
export type SenderProblem = keyof typeof SENDER_PROBLEMS;

/** The parts of a message that decide its source. */
export interface Arrived {
  readonly lane: Lane;
  readonly queue: Arrival['queue'];
  /** As SQS gives it, session included. */
  readonly senderId: string;
  readonly messageGroupId?: string | undefined;
  /** Its attribute `source`. */
  readonly claimed?: string | undefined;
  readonly envelope?: Envelope | undefined;
  /** It has an envelope that cannot be read. */
  readonly unreadable?: boolean | undefined;
  /** Size of the body. */
  readonly bytes: number;
}

export type Admission =
  | { readonly kind: 'admitted'; readonly source: string }
  | {
      readonly kind: 'refused';
      /** The sender's source, or `unknown`. Never the one that the message claims. */
      readonly source: string;
      readonly sender: string;
      readonly problem: SenderProblem;
    };

/**
 * The source of a message, and whether it may send it. `ownRoles`: unique ids of the roles that
 * send our hops.
 */
export function admit(
  rules: SourceRules,
  ownRoles: readonly string[],
  arrived: Arrived,
): Admission {
  const { queue, envelope, senderId, unreadable = false } = arrived;
  if (queue === 'behind' && (envelope !== undefined || unreadable)) {
    if (!isOurs(rules, ownRoles, senderId)) {
      const sender = principalOf(senderId);
      return { kind: 'refused', source: UNKNOWN_SOURCE, sender, problem: 'not-a-hop' };
    }
    // A fault of our own, which waits before the source is decided.
    if (envelope === undefined) return { kind: 'admitted', source: UNKNOWN_SOURCE };
    if (envelope.sender === undefined) return { kind: 'admitted', source: envelope.source };
    const { source: claimed, group: messageGroupId } = envelope.claims ?? {};
    return admitSender(rules, envelope.sender, { ...arrived, claimed, messageGroupId });
  }
  const { claimed, messageGroupId } = arrived;
  const sender =
    rules.senderIds === 'fixed'
      ? (claimed ?? messageGroupId ?? UNKNOWN_SOURCE)
      : principalOf(senderId);
  return admitSender(rules, sender, arrived);
}

/** Whether a message came from one of our own roles or an operator: nobody else sends hops. */
export function isOurs(rules: SourceRules, ownRoles: readonly string[], senderId: string): boolean {
  const principal = principalOf(senderId);
  return (
    rules.senderIds === 'fixed' ||
    ownRoles.includes(principal) ||
    rules.operators.includes(principal)
  );
}

/** @param sender unique id of a principal, or the message's own label if `senderIds` is `fixed` */
function admitSender(rules: SourceRules, sender: string, arrived: Arrived): Admission {
  const label = labelOf(rules, sender);
  const source = label === undefined ? undefined : rules.known[label];
  if (label === undefined || source === undefined) {
    return { kind: 'refused', source: UNKNOWN_SOURCE, sender, problem: 'unknown-sender' };
  }
  const problem = problemOf(rules, label, source, arrived);
  if (problem === undefined) return { kind: 'admitted', source: label };
  return { kind: 'refused', source: label, sender, problem };
}

function labelOf(rules: SourceRules, sender: string): string | undefined {
  if (rules.senderIds === 'fixed') return Object.hasOwn(rules.known, sender) ? sender : undefined;
  const entries = Object.entries(rules.known);
  return entries.find(([, { senders }]) => senders.includes(sender))?.[0];
}

function problemOf(
  { messageGroups }: SourceRules,
  label: string,
  source: Source,
  { lane, queue, envelope, claimed, messageGroupId, bytes }: Arrived,
): SenderProblem | undefined {
  if (claimed !== undefined && claimed !== label) return 'other-source';
  if (!source.lanes.includes(lane)) return 'lane';
  // After the first queue the group is ours, unless the message was refused with another one.
  const isOurGroup = queue === 'behind' && envelope?.claims === undefined;
  const isGrouped = isOurGroup || messageGroupId === groupIdOf(label);
  if (messageGroups === 'require' && !isGrouped) return 'message-group';
  return bytes > largestOf(source) ? 'size' : undefined;
}

/** Maximum bytes of a resource of this source. A source without configuration has no limit here. */
export function largestOf(source: Source | undefined): number {
  return source?.largestBytes ?? Number.POSITIVE_INFINITY;
}

/** Whether a source may send a type; the validator rejects what has no type. */
export function mayBeOfType(source: Source | undefined, type: string | undefined): boolean {
  const types = source?.resourceTypes;
  return types === undefined || type === undefined || types.includes(type);
}

/** The part before the colon: the session behind it is its caller's choice. */
export function principalOf(senderId: string): string {
  return senderId.replace(/:.*$/s, '');
}
