/** When alarms ring. Their texts and audiences are in lib/alarms/. */
import { z } from 'zod';
import { MEMORY_PERCENT_MIN } from '../../telemetry/metrics.ts';

const seconds = (fallback: number) => z.int().min(60).max(1_209_600).default(fallback);

export const alarmConfigSchema = z
  .strictObject({
    /** How long the oldest message of a queue may wait. */
    ageSeconds: z
      .strictObject({
        critical: seconds(120),
        background: seconds(3_600),
        delivery: seconds(3_600),
        /** Reporting and analytics: they collect for minutes, and nobody waits for them. */
        insight: seconds(3_600),
        /** Isolation, incident, supervisor, audit: each waits for visibility timeouts. */
        others: seconds(900),
      })
      .prefault({}),
    /** How long calls for one resource may fail before people are notified. */
    deliveryFailingSeconds: seconds(86_400),
    quarantinedInFiveMinutes: z.int().min(1).default(100),
    errorsInFiveMinutes: z.int().min(1).default(5),
    throttlesInFiveMinutes: z.int().min(1).default(10),
    /** Percent of the function's memory. Less than the minimum is not emitted. */
    memoryPercent: z.int().min(MEMORY_PERCENT_MIN).max(100).default(85),
  })
  .prefault({});
