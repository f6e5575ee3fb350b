/** The shapes of messages in the supervisor's queue, besides crash events and the minute's wake. */
import * as z from 'zod';
import { SUPERVISED_LANES } from './supervision-tree.ts';

/**
 * What a role may send to the supervisor itself. Crash events come by a topic, and anybody may send a wake.
 */
export const SUPERVISOR_NEWS = ['remediation', 'breaker-news'] as const;
export type SupervisorNews = (typeof SUPERVISOR_NEWS)[number];

/** The property of a lane function's event that marks a probe. No producer can set it. */
export const PROBE_PROPERTY = 'failsafeProbe';

const phase = z.enum(['closed', 'open', 'half-open']);

/** A breaker went from one phase to another. */
export const breakerNewsSchema = z.object({
  breaker: z.object({
    service: z.string().min(1),
    from: phase,
    to: phase,
    at: z.int().nonnegative(),
    openUntil: z.int().nonnegative().optional(),
  }),
});

/** An incident's automatic remediation, if one is switched on. */
export const remediationSchema = z.object({
  remediate: z.object({
    action: z.literal('pause-lane'),
    lane: z.enum(SUPERVISED_LANES),
    /** The incident's deduplication key. */
    incident: z.string().min(1).max(256),
  }),
});
export type Remediation = z.infer<typeof remediationSchema>;
