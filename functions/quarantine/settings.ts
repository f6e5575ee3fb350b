import * as z from 'zod';

/** The settings of `quarantine`, as JSON in the environment variable SETTINGS. */
export const quarantineSettingsSchema = z.object({
  /** Whether keys written by former versions are accepted. */
  formerKeys: z.boolean(),
  /** Largest body that is kept in the item; larger ones go to the bucket. */
  inlineBytesMax: z.int().positive(),
});
export type QuarantineSettings = z.infer<typeof quarantineSettingsSchema>;
