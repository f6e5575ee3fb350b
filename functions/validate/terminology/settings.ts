import { z } from 'zod';

/** What `validate` is told of the terminology server. */
export const terminologySettingsSchema = z.object({
  /** After so long one call is aborted. */
  callTimeoutMs: z.int().positive(),
  /** So long one invocation waits for answers, in all. */
  budgetMs: z.int().positive(),
  /** Calls of one environment at a time. */
  callsMax: z.int().positive(),
  /** Questions that one resource may cost, and one source in a minute, in one environment. */
  codesPerResource: z.int().positive(),
  codesPerMinute: z.int().positive(),
  freshMs: z.int().positive(),
  staleMs: z.int().positive(),
  breakerFailures: z.int().positive(),
  breakerOpenMs: z.int().positive(),
});
export type TerminologySettings = z.infer<typeof terminologySettingsSchema>;
