import * as z from 'zod';

/** The settings of the terminology server that the stack gives `validate`. */
export const terminologySettingsSchema = z.object({
  /** One call is aborted after this time. */
  callTimeoutMs: z.int().positive(),
  /** How long one invocation waits for answers, in total. */
  budgetMs: z.int().positive(),
  /** Calls of one environment at a time. */
  callsMax: z.int().positive(),
  /** How many questions one resource may cause, and one source in a minute, in one environment. */
  codesPerResource: z.int().positive(),
  codesPerMinute: z.int().positive(),
  freshMs: z.int().positive(),
  staleMs: z.int().positive(),
  breakerFailures: z.int().positive(),
  breakerOpenMs: z.int().positive(),
});
export type TerminologySettings = z.infer<typeof terminologySettingsSchema>;
