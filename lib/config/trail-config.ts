/** Whether CloudTrail records who used what. */
import { z } from 'zod';
import { AUDIT_RETENTION_DAYS } from './audit-retention.ts';

export const trailConfigSchema = z
  .strictObject({
    /** Uses of queues, topics, tables, objects and functions: as many events as requests. */
    dataEvents: z.enum(['on', 'off']).default('off'),
    /** By default as long as the audit log. */
    keepDays: z.int().min(1).max(36_500).default(AUDIT_RETENTION_DAYS),
  })
  .prefault({});
