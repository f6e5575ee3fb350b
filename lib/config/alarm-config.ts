/** When alarms ring. What they say and whom they tell is lib/alarms/. */
import { z } from 'zod';

const seconds = (fallback: number) => z.int().min(60).max(1_209_600).default(fallback);

export const alarmConfigSchema = z
  .strictObject({
    /** How long the oldest message of a queue may wait. */
    ageSeconds: z
      .strictObject({
        critical: seconds(120),
        background: seconds(3_600),
        delivery: seconds(3_600),
        /** Reporting and analytics: they gather for minutes, and nobody waits for them. */
        insight: seconds(3_600),
        /** Isolation, incident, supervisor, audit: each has visibility timeouts to wait for. */
        others: seconds(900),
      })
      .prefault({}),
    /** How long calls for one resource may fail before people are told. */
    deliveryFailingSeconds: seconds(86_400),
    quarantinedInFiveMinutes: z.int().min(1).default(100),
    errorsInFiveMinutes: z.int().min(1).default(5),
    throttlesInFiveMinutes: z.int().min(1).default(10),
    /** Of what the function has. */
    memoryPercent: z.int().min(1).max(100).default(85),
  })
  .prefault({});
