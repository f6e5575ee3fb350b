import { z } from 'zod';
import { pluginSettingsSchema } from './plugins/settings.ts';

/**
 * What `validate` is told by the stack, as JSON in the environment variable SETTINGS. The defaults
 * are those of the config; the stack passes all of them.
 */
export const validateSettingsSchema = z.object({
  /** Longest time that one resource may take. */
  deadlineMs: z.int().positive().default(5_000),
  /**
   * Heap of one worker. The young limit keeps V8 from aborting the whole process; far below the
   * minima it does so while the worker starts.
   */
  heapOldMb: z.int().min(16).default(64),
  heapYoungMb: z.int().min(4).default(16),
  /** Attempts alone whose crash was seen, before the message is dead-lettered (R02). */
  attemptsMax: z.int().positive().default(2),
  /** The same where the whole environment died. */
  attemptsMaxEnvironmentDied: z.int().positive().default(3),
  /** The function's own timeout: an attempt that started longer ago is no longer running. */
  functionTimeoutMs: z.int().positive().default(10_000),
  /** The shorter of the times for which the lane's queue and its isolation queue hide a message. */
  visibilityMs: z.int().positive().default(60_000),
  /** Whether keys are honoured as former versions wrote them. */
  formerKeys: z.boolean().default(false),
  /** Largest resource that is accepted, by claim check. */
  resourceBytesMax: z
    .int()
    .positive()
    .default(10 * 1024 * 1024),
  /** Largest body that is kept in a table's item; larger ones go to the bucket. */
  inlineBytesMax: z
    .int()
    .positive()
    .default(350 * 1024),
  /** Resources expire: their bodies go to the bucket, whatever their size. */
  resourcesExpire: z.boolean().default(false),
  /** Largest OperationOutcome that is kept of a rejection. */
  outcomeBytesMax: z
    .int()
    .positive()
    .default(8 * 1024),
  /** Issues kept of one invalid resource. */
  issuesMax: z.int().positive().default(100),
  /** Writes to tables and topics in flight at once, in one environment. */
  writesMax: z.int().positive().default(32),
  /** Business rules, in the order in which they run. */
  plugins: z.array(pluginSettingsSchema).default([]),
  /** Memory of one instance of a plugin. */
  pluginMemoryMb: z.int().positive().default(64),
});
export type ValidateSettings = z.infer<typeof validateSettingsSchema>;
