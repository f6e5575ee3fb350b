import * as z from 'zod';
import type { TripPolicy } from '../../core/breaker/breaker-policy.ts';

/** The settings of `deliver`, as JSON in the environment variable SETTINGS. */
export const deliverSettingsSchema = z.object({
  /** A call is aborted after this time. */
  callTimeoutMs: z.int().positive(),
  /** How long after its end a PUT may still take effect at the server. */
  lateMs: z.int().positive(),
  /** Failures of a resource's own before it is quarantined. */
  failuresMax: z.int().positive(),
  /** Triggers that may wait invisibly at once; the queue's own limit is 120,000. */
  inFlightMax: z.int().positive(),
  /** Receives of one trigger; SQS gives up after 1,000. */
  receivesMax: z.int().positive().default(100),
  breakerFailures: z.int().positive(),
  /** In place of a count: opens if at least this share of the calls in a window failed. */
  breakerShare: z
    .object({
      failed: z.number().positive().max(1),
      callsMin: z.int().positive(),
      windowMs: z.int().positive(),
    })
    .optional(),
  breakerOpenMs: z.int().positive(),
  inlineBytesMax: z.int().positive(),
});
/** Large bodies that an environment holds and sends at once. Its memory follows from this (lib/checks/resource-size.ts). */
export const LARGE_AT_ONCE = 2;

export type DeliverSettings = z.infer<typeof deliverSettingsSchema>;

/** What opens the breakers of the FHIR servers. */
export function tripOf({
  breakerFailures,
  breakerShare,
}: Pick<DeliverSettings, 'breakerFailures' | 'breakerShare'>): TripPolicy {
  if (breakerShare === undefined) return { kind: 'consecutive', failures: breakerFailures };
  const { failed: share, callsMin, windowMs } = breakerShare;
  return { kind: 'failure-rate', share, callsMin, windowMs };
}
