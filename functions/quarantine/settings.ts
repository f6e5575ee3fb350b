import { z } from 'zod';

/** What `quarantine` is told by the stack, as JSON in the environment variable SETTINGS. */
export const quarantineSettingsSchema = z.object({
  /** Whether keys are honoured as former versions wrote them. */
  formerKeys: z.boolean().default(false),
  /** Largest body that is kept in the item; larger ones go to the bucket. */
  inlineBytesMax: z
    .int()
    .positive()
    .default(350 * 1024),
});
export type QuarantineSettings = z.infer<typeof quarantineSettingsSchema>;
