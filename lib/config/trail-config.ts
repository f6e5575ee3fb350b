/** Whether CloudTrail records who used what. */
import { z } from 'zod';

export const trailConfigSchema = z
  .strictObject({
    /** Uses of queues, topics, tables, objects and functions: as many events as requests. */
    dataEvents: z.enum(['on', 'off']).default('off'),
    /** As long as the audit log: six years with two leap days. */
    keepDays: z.int().min(1).max(36_500).default(2_192),
  })
  .prefault({});
