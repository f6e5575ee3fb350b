import * as z from 'zod';

/** The settings of `incident`, as JSON in the environment variable SETTINGS. */
export const incidentSettingsSchema = z.object({
  /** Crash events within the window that open an incident (R20). */
  crashesToOpen: z.int().positive(),
  windowMs: z.int().positive(),
  /** Time without acknowledgement after the page: on-call is paged again, then management (R22). */
  pageAgainMs: z.int().positive(),
  escalateMs: z.int().positive(),
  /** How long the window must have stayed below half the threshold (R22). */
  quietMs: z.int().positive(),
  /** Longer than the function can run: after this, the process with the lease is dead. */
  holdMs: z.int().positive(),
  remediation: z.enum(['off', 'pause-lane']),
  /** The calendar of the regulatory clocks. */
  calendar: z.object({ timeZone: z.string(), holidays: z.array(z.string()) }),
  /** Base of the links in pages; a section is `#name`. */
  runbook: z.string(),
  /** How long crash events are kept. */
  keepCrashesMs: z.int().positive(),
});
export type IncidentSettings = z.infer<typeof incidentSettingsSchema>;
