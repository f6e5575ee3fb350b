/** What the end-to-end suite deploys, other than `cdk deploy` of stage dev, and why. */
import { join } from 'node:path';
import { ROOT } from '../../emulator/cdk.ts';
import { ONE_SENDER } from '../../emulator/deploy-stack.ts';

/** A stage of its own, so that the suite touches nothing that anybody works with. */
export const STAGE = 'e2e';

/**
 * Faults on demand, visibility timeouts that somebody can wait for, and no more environments than a
 * small machine can run at a time: on an emulator each is a process of that machine.
 */
export const CONTEXT = [
  `stage=${STAGE}`,
  'chaos=on',
  ...(process.env['E2E_TARGET'] === 'aws' ? [] : [ONE_SENDER]),
  'deadlineMs=2000',
  // What that deadline is enough for (R62).
  'resourceBytesMax=4194304',
  'lanes.critical.maxConcurrency=2',
  'lanes.background.maxConcurrency=2',
  'isolation.maxConcurrency=2',
  'lanes.critical.timeoutSeconds=5',
  'lanes.critical.visibilitySeconds=30',
  'lanes.background.timeoutSeconds=5',
  'lanes.background.visibilitySeconds=31',
  'isolation.visibilitySeconds=30',
  'supervisor.coolDownSeconds=1',
  'supervisor.rampStepSeconds=1',
];

/** Crashes that open an incident, of the config's defaults. */
export const CRASHES_TO_OPEN = 10;

/** Where the stack is synthesized for the suite; nobody else writes there. */
export const ASSEMBLY = join(ROOT, 'build', 'e2e');

export const resourceName = (name: string) => `fhir-failsafe-${STAGE}-${name}`;
