import { z } from 'zod';
import { DEFAULT_LANE_POLICY } from '../../core/supervision/lane-supervision.ts';

const ms = z.int().positive();

/** The settings of `supervisor`, as JSON in the environment variable SETTINGS. */
export const supervisorSettingsSchema = z.object({
  coolDownMs: ms.default(DEFAULT_LANE_POLICY.coolDownMs),
  backOffMaxMs: ms.default(DEFAULT_LANE_POLICY.backOffMaxMs),
  rampStepMs: ms.default(DEFAULT_LANE_POLICY.rampStepMs),
  linkAfterMs: ms.default(DEFAULT_LANE_POLICY.linkAfterMs),
  probeLeaseMs: ms.default(DEFAULT_LANE_POLICY.probeLeaseMs),
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
