/** The shapes of what comes to the supervisor's queue, besides crash events and the minute's wake. */
import { z } from 'zod';
import { SUPERVISED_LANES } from './supervision-tree.ts';

/** What a role may tell the supervisor by itself. Crash events come by a topic, and a wake is anybody's. */
export const SUPERVISOR_NEWS = ['remediation', 'breaker-news'] as const;
export type SupervisorNews = (typeof SUPERVISOR_NEWS)[number];

/** The property of a lane function's event that says: this is a probe. No producer can set it. */
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

/** An incident's automatic remediation, where one is switched on. */
export const remediationSchema = z.object({
  remediate: z.object({
    action: z.literal('pause-lane'),
    lane: z.enum(SUPERVISED_LANES),
    /** The incident's deduplication key. */
    incident: z.string().min(1).max(256),
  }),
});
export type Remediation = z.infer<typeof remediationSchema>;
