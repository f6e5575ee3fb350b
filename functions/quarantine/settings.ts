import { z } from 'zod';

/** The settings of `quarantine`, as JSON in the environment variable SETTINGS. */
export const quarantineSettingsSchema = z.object({
  /** Whether keys written by former versions are accepted. */
  formerKeys: z.boolean().default(false),
  /** Largest body that is kept in the item; larger ones go to the bucket. */
  inlineBytesMax: z
    .int()
    .positive()
    .default(350 * 1024),
});
export type QuarantineSettings = z.infer<typeof quarantineSettingsSchema>;
