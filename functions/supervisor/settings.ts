import * as z from 'zod';
import { INVOCATION_TIMEOUT_MS } from '../../aws/call-timeouts.ts';

const ms = z.int().positive();

/** The settings of `supervisor`, as JSON in the environment variable SETTINGS. */
export const supervisorSettingsSchema = z.object({
  coolDownMs: ms,
  backOffMaxMs: ms,
  rampStepMs: ms,
  linkAfterMs: ms,
  probeLeaseMs: ms,
});
export type SupervisorSettings = z.infer<typeof supervisorSettingsSchema>;

/** The lanes of the stack by their name, as JSON in SUPERVISED_LANES. */
export const supervisedLanesSchema = z.record(
  z.string(),
  z.object({
    functionName: z.string().min(1),
    queueUrl: z.string().min(1),
    queueArn: z.string().min(1),
    /** Of the function. A stage of a former version does not say it. */
    timeoutMs: ms.default(INVOCATION_TIMEOUT_MS),
    /** All mappings that feed the function, including the isolation queue's. */
    mappings: z.array(z.object({ uuid: z.string().min(1), maxConcurrency: z.int().min(2) })).min(1),
  }),
);
export type SupervisedLanes = z.infer<typeof supervisedLanesSchema>;
export type LaneParts = SupervisedLanes[string];
