import * as z from 'zod';

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
    /** All mappings that feed the function, including the isolation queue's. */
    mappings: z.array(z.object({ uuid: z.string().min(1), maxConcurrency: z.int().min(2) })).min(1),
  }),
);
export type SupervisedLanes = z.infer<typeof supervisedLanesSchema>;
export type LaneParts = SupervisedLanes[string];
