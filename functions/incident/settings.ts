import { z } from 'zod';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The settings of `incident`, as JSON in the environment variable SETTINGS. */
export const incidentSettingsSchema = z.object({
  /** Crash events within the window that open an incident (R20). */
  crashesToOpen: z.int().positive().default(10),
  windowMs: z
    .int()
    .positive()
    .default(5 * MINUTE_MS),
  /** Time without acknowledgement after the page: on-call is paged again, then management (R22). */
  pageAgainMs: z
    .int()
    .positive()
    .default(5 * MINUTE_MS),
  escalateMs: z
    .int()
    .positive()
    .default(15 * MINUTE_MS),
  /** How long the window must have stayed below half the threshold (R22). */
  quietMs: z
    .int()
    .positive()
    .default(5 * MINUTE_MS),
  /** Longer than the function can run: after this, the process with the lease is dead. */
  holdMs: z.int().positive().default(40_000),
  remediation: z.enum(['off', 'pause-lane']).default('off'),
  /** The calendar of the regulatory clocks. */
  calendar: z
    .object({
      timeZone: z.string().default('America/Sao_Paulo'),
      holidays: z.array(z.string()).default([]),
    })
    .prefault({}),
  /** Base of the links in pages; a section is `#name`. */
  runbook: z.string().default('docs/runbook.md'),
  /** How long crash events are kept. */
  keepCrashesMs: z
    .int()
    .positive()
    .default(14 * DAY_MS),
});
export type IncidentSettings = z.infer<typeof incidentSettingsSchema>;
