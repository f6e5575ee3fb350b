/**
 * One fact for the audit log, as its observer publishes it.
 *
 * A fact is identified by its kind and by what happened, not by who publishes it or when: `id` is made of
 * the thing itself (the crash's id, the incident and its step, the operator's run), so a fact that is
 * published twice is one entry. Each kind has its own ids: a publisher of one kind cannot use up the id of
 * a fact of another kind (core/audit/publishers.ts says who may publish which). The audit log never shows
 * the id; it keeps a keyed hash of it, so an id may contain message ids. All other fields are recorded as
 * they are: no bodies, no values, no names of patients, and ids of messages and resources only as keyed
 * hashes (R08).
 *
 * Bounds keep an entry far below every limit on its way (SQS 1 MiB, a table's item 400 KB). A fact that
 * exceeds them is not lost: the log records that something unreadable came, and its keyed hash.
 */
import * as z from 'zod';

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

/** Facts of the writer itself. Nobody else may publish them. */
export const WRITERS_OWN_KIND = 'configuration' satisfies AuditFactKind;

/** Facts that the command line publishes, in the name of the operator who types it. */
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
/** Of a reason, and of each text in the details. */
export const TEXT_CHARACTERS_MAX = 1_024;
/** Of who did it, and of each name. */
export const NAME_CHARACTERS_MAX = 128;

const name = z.string().min(1).max(NAME_CHARACTERS_MAX);
const text = z.string().max(TEXT_CHARACTERS_MAX);

export const auditFactSchema = z.strictObject({
  /** Made from what happened, so that it is the same however often the fact is published. */
  id: z.string().min(1).max(TEXT_CHARACTERS_MAX),
  kind: z.enum(AUDIT_FACT_KINDS),
  /** When it happened, epoch ms. */
  at: z.int().nonnegative(),
  /** The component that saw or did it: `incident`, `cli`, … */
  component: name,
  /** The operator, or the role, that did it. */
  actor: name.optional(),
  /** Why, in the operator's words. */
  reason: text.optional(),
  /** No PHI; ids only as keyed hashes. */
  details: z
    .record(name, z.union([text, z.number()]))
    .refine((details) => Object.keys(details).length <= DETAILS_MAX, 'too many details'),
});
export type AuditFact = z.infer<typeof auditFactSchema>;

/** Who did it and why, cut to what a fact can hold. */
export function whoAndWhy({
  by,
  why,
}: {
  readonly by?: string | undefined;
  readonly why?: string | undefined;
}): Pick<AuditFact, 'actor' | 'reason'> {
  return {
    ...(by !== undefined && { actor: by.slice(0, NAME_CHARACTERS_MAX) || 'unknown' }),
    ...(why !== undefined && { reason: why.slice(0, TEXT_CHARACTERS_MAX) }),
  };
}

/** Name of the chain of entries, and of the message group that keeps them in order. */
export const AUDIT_CHAIN = 'main';
