/**
 * The shapes of everything that crosses a queue or a topic.
 *
 * A producer's message is a FHIR resource as JSON, or a claim check; what it says about itself comes as
 * plain message attributes (`source`, `file`, `line`, `sequence`, `correlationId`). Each hop between our
 * own queues carries exactly one attribute instead, the envelope: SQS allows ten, and a producer may have
 * used them all.
 */
import * as z from 'zod';
import { CORRELATION_ID, TRACEPARENT, TRACESTATE } from './chosen-id-forms.ts';
import { CRASH_KINDS } from './verdict.ts';

/** Name of the one message attribute that a hop between our own queues carries. */
export const ENVELOPE_ATTRIBUTE = 'failsafe-envelope';

/**
 * Text of ours that is cut if it is too long, when it is written and when it is read: an envelope that
 * could not be read would lose the message's identity. Never cuts a character in half.
 */
const cutAt = (charactersMax: number) =>
  z.string().transform((text) => {
    const beginning = text.slice(0, charactersMax);
    return beginning === text ? text : beginning.replace(/[\ud800-\udbff]$/, '');
  });

export const traceContextSchema = z.object({
  traceparent: z.string().regex(TRACEPARENT),
  tracestate: z.string().regex(TRACESTATE).optional(),
});
/** Which trace the next step is part of (core/message/trace-context.ts). */
export type TraceContext = z.infer<typeof traceContextSchema>;

/** The lanes that producers send to. `delivery` is a lane too, whose messages are triggers. */
export const lanes = ['critical', 'background'] as const;
export const laneSchema = z.enum(lanes);
export type Lane = z.infer<typeof laneSchema>;

/** Says where in our own bucket a body is that does not fit into a message (claim-check.ts). */
export const claimCheckSchema = z.strictObject({
  s3: z.strictObject({
    bucket: z.string().min(3).max(63),
    key: z.string().min(1).max(1024),
    /** Version of the object; the current one if absent. */
    versionId: z.string().min(1).max(1024).optional(),
  }),
});
export type ClaimCheck = z.infer<typeof claimCheckSchema>;

export const FILE_CHARACTERS_MAX = 1024;

/** Where a message came from, and its place in the order of submissions (R05, R07). */
export const originSchema = z.object({
  /** Id of the message in its first queue: the identity of the submission over all hops. */
  messageId: z.string().min(1),
  /** SentTimestamp of the first queue, epoch ms. */
  sentAt: z.int().nonnegative(),
  source: z.string().min(1).max(128).default('default'),
  file: z.string().max(FILE_CHARACTERS_MAX).optional(),
  line: z.int().positive().optional(),
  /** The submitter's own order, if given. */
  sequence: z.int().nonnegative().optional(),
  /** The producer's own correlation id, if it gave one that may be published. */
  correlationId: z.string().regex(CORRELATION_ID).optional(),
  /** The producer's trace, or that of the step before. */
  trace: traceContextSchema.optional(),
  /** Both ids as the producer gave them, until they are compared with the resource. */
  undecided: z
    .object({
      correlationId: z.string().regex(CORRELATION_ID).optional(),
      trace: traceContextSchema.optional(),
    })
    .optional(),
  /**
   * Who sent it, if that was refused: a unique id of IAM. A redrive decides again by it
   * (core/source/sources.ts).
   */
  sender: cutAt(128).optional(),
  /** What it claimed when it was refused, for the same reason. */
  claims: z.object({ source: cutAt(128).optional(), group: cutAt(128).optional() }).optional(),
  /**
   * What is wrong with the submission apart from its resource, free of values. It is rejected for
   * that after every redrive, because nothing here can fix it.
   */
  problem: cutAt(512).optional(),
  /** Which redrive of its Quarantine entry sent it; absent before the first (core/message/redrive.ts). */
  round: z.int().nonnegative().optional(),
  /** When that redrive sent it, epoch ms: its latency is measured from then. */
  redrivenAt: z.int().nonnegative().optional(),
});
export type Origin = z.infer<typeof originSchema>;

export const crashKindSchema = z.enum(CRASH_KINDS);

/** Why a message is dead-lettered, in words that carry no PHI, and after how many attempts. */
export const deadLetterReasonSchema = z.object({
  kind: crashKindSchema,
  reason: cutAt(1024),
  attempts: z.int().nonnegative(),
});
export type DeadLetterReason = z.infer<typeof deadLetterReasonSchema>;

const VOIDED_MAX = 32;

export const envelopeSchema = originSchema.extend({
  lane: laneSchema,
  /** The crash that made the message a suspect, if a handler saw it. */
  crash: crashKindSchema.optional(),
  /** Where one of our hops stored the body: the message's claim check then says the same. */
  laid: claimCheckSchema.shape.s3.optional(),
  /** Set on the way to the dead-letter queue. */
  deadLetter: deadLetterReasonSchema.optional(),
  /**
   * Request ids of attempts that met a fault of our own and could not be removed from the table: they do
   * not count (R09).
   */
  voided: z
    .array(z.string())
    .transform((ids) => ids.slice(-VOIDED_MAX))
    .optional(),
});
export type Envelope = z.infer<typeof envelopeSchema>;

/**
 * What a component was doing when it died: loading, handling (its own code, no resource), or running a
 * resource, which may have killed it and says nothing about the component.
 */
export const deathDuringSchema = z.enum(['loading', 'handling', 'resource']);
export type DeathDuring = z.infer<typeof deathDuringSchema>;

/**
 * A trigger of the delivery lane: the resource with that key is pending. What Resources holds then
 * is sent, so a trigger may come late, twice or out of order.
 */
export const deliveryTriggerSchema = z.object({ pk: z.string().min(1).max(2_048) });
export type DeliveryTrigger = z.infer<typeof deliveryTriggerSchema>;

/** The minute rule's message to queues that it wakes up. */
export const MINUTE_WAKE = { wake: 'minute' } as const;
export const minuteWakeSchema = z.strictObject({ wake: z.literal(MINUTE_WAKE.wake) });

/** One death, as published to the topic `crashes`. Carries no PHI (R08). */
export const crashEventSchema = z.object({
  /** The same for every observer of the same death, so that duplicates count once. */
  id: z.string().min(1),
  /** The component whose code crashed: an incident's scope. */
  component: z.string().min(1),
  kind: crashKindSchema,
  /** Epoch ms of the crash itself, not of its report. */
  at: z.int().nonnegative(),
  /** Absent for an environment that died before its first invocation. */
  requestId: z.string().min(1).optional(),
  lane: laneSchema.optional(),
  during: deathDuringSchema.optional(),
  /** The log stream of the environment that died, if the monitor saw it. */
  environment: z.string().max(512).optional(),
  messageId: z.string().optional(),
  /** Why, as a `core/message/fingerprint.ts` fingerprint; events of older versions have none. */
  fingerprint: z.string().max(64).optional(),
});
export type CrashEvent = z.infer<typeof crashEventSchema>;

/** A supervisor gave up: opens an incident of its scope at once (R31). */
export const escalationSchema = z.object({
  /** Such as `supervisor:application`. */
  scope: z.string().min(1).max(128),
  /** Epoch ms of giving up. */
  at: z.int().nonnegative(),
  /** For humans. No PHI. */
  why: z.string().max(512),
  /** Of this escalation, in logs. */
  id: z.string().min(1),
});
export type Escalation = z.infer<typeof escalationSchema>;

/** Every message that the queue `incident` may hold. */
export const incidentMessageSchema = z.union([
  crashEventSchema,
  minuteWakeSchema,
  z.strictObject({ escalation: escalationSchema }),
]);
export type IncidentMessage = z.infer<typeof incidentMessageSchema>;

/** The ending of a message. Producers read the field as `verdict`, so it keeps that name. */
export const outcomeVerdictSchema = z.enum(['stored', 'rejected', 'dead-lettered']);
export type OutcomeVerdict = z.infer<typeof outcomeVerdictSchema>;

/** The end of one message, as published to the topic `outcomes`. No resource, no values (R08). */
export const outcomeEventSchema = z.object({
  verdict: outcomeVerdictSchema,
  /** Id of the message in its first queue: what the producer got when it sent it. */
  messageId: z.string(),
  source: z.string(),
  lane: laneSchema,
  line: z.int().positive().optional(),
  sequence: z.int().nonnegative().optional(),
  /** The producer's own id, otherwise the message id. */
  correlationId: z.string().optional(),
  /** When it was submitted, and when it ended; epoch ms. Older versions have neither. */
  sentAt: z.int().nonnegative().optional(),
  /** When an operator last sent it back, if ever. */
  redrivenAt: z.int().nonnegative().optional(),
  endedAt: z.int().nonnegative().optional(),
  /** Why, as a `core/message/fingerprint.ts` fingerprint. None for a stored message. */
  fingerprint: z.string().max(64).optional(),
  /** The kind of crash, for a dead letter. */
  crash: crashKindSchema.optional(),
  issues: z.array(
    z.object({
      severity: z.enum(['error', 'warning', 'information']),
      code: z.string(),
      expression: z.string().optional(),
      /** Stable id of the rule that is broken; absent in older versions. */
      rule: z.string().max(100).optional(),
    }),
  ),
  /** `issues` has only the first ones. */
  issuesTotal: z.int().nonnegative(),
});
export type OutcomeEvent = z.infer<typeof outcomeEventSchema>;
