/**
 * What is worth evidence: one fact, as whoever saw it tells it to the audit log.
 *
 * A fact is identified by its kind and by what happened, and not by who tells it or when: `id` is made
 * of the thing itself (the crash's id, the incident and its step, the operator's run), so that a fact
 * told twice is one entry. Each kind has ids of its own: who may tell one kind cannot use up the id of
 * a fact of another (core/audit/publishers.ts says who may tell which). The audit log never shows the id, it
 * keeps a keyed hash of it; so an id may be made of message ids. All other fields are recorded as they are: no bodies, no values, no names of
 * patients, and ids of messages and resources only as keyed hashes (R08).
 *
 * Bounds keep an entry far below every limit on its way (SQS 1 MiB, a table's item 400 KB). What
 * breaks them is not lost: the log records that something unreadable came, and its keyed hash.
 */
import { z } from 'zod';

export const AUDIT_FACT_KINDS = [
  'process-crash',
  'incident-opened',
  'incident-resolved',
  'page',
  'acknowledgement',
  'breaker-transition',
  'breaker-forced',
  'lane-paused',
  'lane-resumed',
  'redrive',
  'discard',
  'configuration',
  'sender-refused',
  'plugin-switched',
  'phi-read',
  'audit-reviewed',
  'erased',
] as const;
export type AuditFactKind = (typeof AUDIT_FACT_KINDS)[number];

/** What the writer says of itself. Nobody else may tell it. */
export const WRITERS_OWN_KIND = 'configuration' satisfies AuditFactKind;

/** What the command line tells, in the name of the operator who types it. */
export const OPERATORS_KINDS = [
  'redrive',
  'discard',
  'breaker-forced',
  'plugin-switched',
  'phi-read',
  'audit-reviewed',
  'erased',
] as const satisfies readonly AuditFactKind[];

const DETAILS_MAX = 64;
const TEXT_CHARACTERS_MAX = 1_024;
const NAME_CHARACTERS_MAX = 128;

const name = z.string().min(1).max(NAME_CHARACTERS_MAX);
const text = z.string().max(TEXT_CHARACTERS_MAX);

export const auditFactSchema = z.strictObject({
  /** The same however often it is told; made of what happened. */
  id: z.string().min(1).max(TEXT_CHARACTERS_MAX),
  kind: z.enum(AUDIT_FACT_KINDS),
  /** When it happened, epoch ms. */
  at: z.int().nonnegative(),
  /** Who saw or did it: `incident`, `cli`, … */
  component: name,
  /** The operator, or the role, of what somebody did. */
  actor: name.optional(),
  /** Why, in the operator's words. */
  reason: text.optional(),
  /** No PHI; ids only as keyed hashes. */
  details: z
    .record(name, z.union([text, z.number()]))
    .refine((details) => Object.keys(details).length <= DETAILS_MAX, 'too many details'),
});
export type AuditFact = z.infer<typeof auditFactSchema>;

/** Name of the chain of entries, and so of the group of messages that are in order. */
export const AUDIT_CHAIN = 'main';
