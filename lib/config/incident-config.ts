/** The settings of incidents: what opens one, who is notified when, and how it ends (R20 to R22). */
import { z } from 'zod';

const isTimeZone = (name: string) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
};

export const incidentConfig = z
  .strictObject({
    crashes: z.int().min(1).max(10_000).default(10),
    windowSeconds: z.int().min(1).max(86_400).default(300),
    /**
     * Time without acknowledgement after the page: on-call is paged again, then management is notified
     * (R22).
     */
    pageAgainSeconds: z.int().min(60).max(86_400).default(300),
    escalateSeconds: z.int().min(60).max(86_400).default(900),
    /** It resolves itself after this time below half the threshold (R22). */
    quietSeconds: z.int().min(60).max(86_400).default(300),
    /** Automatic remedy: none, or the lanes whose resources crash are paused. */
    remediation: z.enum(['off', 'pause-lane']).default('off'),
    /** The calendar of the regulatory clocks: time zone and holidays. */
    timeZone: z
      .string()
      .refine(isTimeZone, 'no such time zone; it must be one such as America/Sao_Paulo')
      .default('America/Sao_Paulo'),
    holidays: z.array(z.iso.date()).default([]),
    /**
     * Address of docs/runbook.md for those who are paged; pages link its section. The description of an alarm, which
     * has it too, may have 1,024 characters.
     */
    runbook: z.string().min(1).max(800).default('docs/runbook.md'),
    maxConcurrency: z.int().min(2).max(1000).default(2),
    batchSize: z.int().min(1).max(10_000).default(100),
    batchWindowSeconds: z.int().min(0).max(300).default(1),
    timeoutSeconds: z.int().min(1).max(900).default(30),
    visibilitySeconds: z.int().min(1).max(43_200).default(190),
  })
  .prefault({});
