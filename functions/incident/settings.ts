import { z } from 'zod';

/** What `incident` is told by the stack, as JSON in the environment variable SETTINGS. */
export const incidentSettingsSchema = z.object({
  /** Crash events within the window that open an incident (R20). */
  crashesToOpen: z.int().positive().default(10),
  windowMs: z.int().positive().default(300_000),
  /** How long crash events are kept. */
  keepCrashesMs: z
    .int()
    .positive()
    .default(14 * 24 * 3_600_000),
});
export type IncidentSettings = z.infer<typeof incidentSettingsSchema>;
