import { z } from 'zod';

/** What `validate` is told of the terminology server. */
export const terminologySettingsSchema = z.object({
  /** After so long one call is aborted. */
  callTimeoutMs: z.int().positive().default(1_000),
  /** So long one invocation waits for answers, in all. */
  budgetMs: z.int().positive().default(2_000),
  /** Calls of one environment at a time. */
  callsMax: z.int().positive().default(8),
  /** Questions that one resource may cost, and one source in a minute, in one environment. */
  codesPerResource: z.int().positive().default(32),
  codesPerMinute: z.int().positive().default(1_200),
  freshMs: z
    .int()
    .positive()
    .default(24 * 3_600_000),
  staleMs: z
    .int()
    .positive()
    .default(30 * 24 * 3_600_000),
  breakerFailures: z.int().positive().default(5),
  breakerOpenMs: z.int().positive().default(30_000),
});
export type TerminologySettings = z.infer<typeof terminologySettingsSchema>;
