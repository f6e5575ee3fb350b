/** How the end-to-end suite's deployment differs from `cdk deploy` of stage dev, and why. */
import { join } from 'node:path';
import { ROOT } from '../../emulator/cdk.ts';
import { ONE_SENDER } from '../../emulator/deploy-stack.ts';

/** A stage of its own, so that the suite touches nothing that others work with. */
export const STAGE = 'e2e';

/**
 * Timeout of the lanes' functions. An emulator counts the start of an environment, some seconds on a busy
 * machine; AWS does not.
 */
const TIMEOUT_SECONDS = 12;
const WINDOW_SECONDS = 1;
/** AWS's minimum: six times the timeout, plus the window. */
const VISIBILITY_SECONDS = 6 * TIMEOUT_SECONDS + WINDOW_SECONDS;

/** Environments that may die with one message: with its batch, with its group, and three times alone. */
const DEATHS_MAX = 5;
/** Time for the rest of its path on a busy machine. */
const RUNNING_SECONDS = 180;
/** By then a message has ended. Each death hides it for a visibility timeout. */
export const DEADLINE_SECONDS = DEATHS_MAX * VISIBILITY_SECONDS + RUNNING_SECONDS;

/**
 * Faults on demand, short visibility timeouts, and no more environments than a small machine can run at a
 * time: on an emulator each is a process of that machine. A batch is as large as such a machine stores
 * within a timeout: an emulator takes a tenth of a second for a write when it is busy.
 */
export const CONTEXT = [
  `stage=${STAGE}`,
  'chaos=on',
  ...(process.env['E2E_TARGET'] === 'aws' ? [] : [ONE_SENDER]),
  'deadlineMs=2000',
  // The size that this deadline is enough for (R62).
  'resourceBytesMax=4194304',
  'lanes.critical.maxConcurrency=2',
  'lanes.background.maxConcurrency=2',
  'isolation.maxConcurrency=2',
  'lanes.background.batchSize=20',
  `lanes.background.windowSeconds=${WINDOW_SECONDS}`,
  ...['lanes.critical', 'lanes.background'].flatMap((lane) => [
    `${lane}.timeoutSeconds=${TIMEOUT_SECONDS}`,
    `${lane}.visibilitySeconds=${VISIBILITY_SECONDS}`,
  ]),
  `isolation.visibilitySeconds=${VISIBILITY_SECONDS}`,
  'supervisor.coolDownSeconds=1',
  'supervisor.rampStepSeconds=1',
];

/** Crashes that open an incident, by the config's defaults. */
export const CRASHES_TO_OPEN = 10;

/** The suite's own output folder of synth. */
export const ASSEMBLY = join(ROOT, 'build', 'e2e');

export const resourceName = (name: string) => `fhir-failsafe-${STAGE}-${name}`;
