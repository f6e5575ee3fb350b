import * as z from 'zod';
import type { AttemptPolicy } from '../../core/attempt/attempts.ts';
import { pluginSettingsSchema } from './plugins/settings.ts';

/**
 * The settings that the stack gives `validate`, as JSON in the environment variable SETTINGS. The stack
 * passes all of them; their defaults are in lib/config/.
 */
export const validateSettingsSchema = z.object({
  /** Longest time that one resource may take. */
  deadlineMs: z.int().positive(),
  /** Share of a processor that the function's memory buys, at most one. */
  cpuShare: z.number().positive().max(1),
  /**
   * Heap of one worker. The young limit keeps V8 from aborting the whole process; far below the
   * minima it does so while the worker starts.
   */
  heapOldMb: z.int().min(16),
  heapYoungMb: z.int().min(4),
  /** Attempts alone with a crash that was seen, before the message is dead-lettered (R02). */
  attemptsMax: z.int().positive(),
  /** The same for attempts in which the whole environment died. */
  attemptsMaxEnvironmentDied: z.int().positive(),
  /** The function's own timeout: an attempt that started longer ago is no longer running. */
  functionTimeoutMs: z.int().positive(),
  /** The shorter of the times for which the lane's queue and its isolation queue hide a message. */
  visibilityMs: z.int().positive(),
  /** Whether keys in the form of former versions are accepted. */
  formerKeys: z.boolean(),
  /** Largest resource that is accepted, by claim check. */
  resourceBytesMax: z.int().positive(),
  /** Largest body that is stored in a table's item; larger ones go to the bucket. */
  inlineBytesMax: z.int().positive(),
  /** Resources expire: their bodies go to the bucket, whatever their size. */
  resourcesExpire: z.boolean(),
  /** Largest OperationOutcome that is stored for a rejection. */
  outcomeBytesMax: z.int().positive(),
  /** Issues stored for one invalid resource. */
  issuesMax: z.int().positive(),
  /** Writes to tables and topics in flight at once, in one environment. */
  writesMax: z.int().positive(),
  /** Business rules, in the order in which they run. */
  plugins: z.array(pluginSettingsSchema),
  /** Memory of one instance of a plugin. */
  pluginMemoryMb: z.int().positive(),
});
export type ValidateSettings = z.infer<typeof validateSettingsSchema>;

/** The resource is not blamed when an environment dies around the separate process: this is only a limit. */
const UNEXPLAINED_MAX = 10;
/** An attempt without an end counts as a death once the function's timeout and this time have passed. */
const MARGIN_MS = 2_000;

export const attemptPolicyOf = (settings: ValidateSettings): AttemptPolicy => ({
  attemptsMax: settings.attemptsMax,
  attemptsMaxEnvironmentDied: settings.attemptsMaxEnvironmentDied,
  unexplainedMax: UNEXPLAINED_MAX,
  runningMaxMs: settings.functionTimeoutMs + MARGIN_MS,
});
