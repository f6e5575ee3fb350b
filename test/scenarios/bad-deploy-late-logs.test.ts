/** A bad deploy with real processes, whose logs reach the monitor late, in pieces and partly twice. */
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../demo/build.ts';
import { startRuntime } from '../../packages/local-lambda/runtime.ts';
import { queueClient } from '../packages/local-lambda/support/queue-client.ts';
import { changedAssembly } from '../support/changed-assembly.ts';
import { laneInTest } from '../support/lane-in-test.ts';
import { patient } from '../support/resources.ts';

const QUEUE = 'fhir-failsafe-dev-critical';
/** So that no message comes a second time. */
const VISIBILITY_SECONDS = 120;
const BROKEN = 'throw new SyntaxError("a bad deploy");';

beforeAll(() => ensureBuilt(join(import.meta.dirname, '..', '..'), () => {}));

test('R30 R31: three deaths pause nothing, though each is reported in pieces; four in five seconds do', async () => {
  const assembly = await changedAssembly({
    visibilitySeconds: VISIBILITY_SECONDS,
    handlers: { 'validate-critical': BROKEN },
  });
  let deaths = 0;
  let deliveries = 0;
  const runtime = await startRuntime({
    assembly: assembly.directory,
    logDelivery: { delayMs: 1_500, inPieces: true, repeats: 0.5 },
    onLogLine({ functionName, line }) {
      if (!line.includes('"platform.report"')) return;
      if (functionName.endsWith('-monitor')) deliveries += 1;
      if (functionName.endsWith('-validate-critical')) deaths += 1;
    },
  });
  try {
    const queues = queueClient(runtime);
    const lane = laneInTest(runtime, 'critical');
    const die = async () => {
      const before = deaths;
      await queues.send(QUEUE, [patient({ id: `p-${before}` })]);
      await expect.poll(() => deaths).toBe(before + 1);
    };
    for (const _ of [1, 2, 3]) await die();
    // Each death is an init and two records of its invocation; the init is split.
    await expect.poll(() => deliveries).toBeGreaterThanOrEqual(6);
    await expect.poll(() => runtime.inFlight(() => false)).toBe(0);
    await expect.poll(() => queues.count('fhir-failsafe-dev-supervisor')).toBe(0);
    expect((await lane.state())?.holds.supervisor).toBeUndefined();
    expect(await lane.mappings()).toEqual(['Enabled', 'Enabled']);

    for (const _ of [1, 2, 3, 4]) await die();
    await expect.poll(lane.mappings).toEqual(['Disabled', 'Disabled']);
    expect((await lane.state())?.holds.supervisor).toBeDefined();
  } finally {
    await runtime.stop();
    await assembly.dispose();
  }
});
