/** With real processes: what a handler has begun has ended when it answers, or is explained here. */
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../../demo/build.ts';
import { sample } from '../../../demo/sample/sample.ts';
import type { Unfinished } from '../../../packages/local-lambda/lambda/unfinished.ts';
import { startRuntime } from '../../../packages/local-lambda/runtime.ts';
import { queueClient } from '../../packages/local-lambda/support/queue-client.ts';
import { changedAssembly } from '../../support/changed-assembly.ts';
import { faulty, invalidPatient, largePatient } from '../../support/resources.ts';
import { unexplained } from '../../support/unexplained.ts';

const LANE = 'fhir-failsafe-dev-background';
const POLL = { timeout: 300_000, interval: 200 };

beforeAll(() => ensureBuilt(join(import.meta.dirname, '..', '..', '..'), () => {}));

test('R61: resources that crash, hang or are stored leave nothing behind when their batch is answered', async () => {
  const assembly = await changedAssembly({ visibilitySeconds: 12 });
  const left: Unfinished[] = [];
  let answers = 0;
  const runtime = await startRuntime({
    assembly: assembly.directory,
    reportUnfinished: true,
    lostConnections: 0.1,
    onLogLine({ line }) {
      if (line.includes('"platform.report"')) answers += 1;
      if (line.startsWith('{"type":"local.unfinished"')) left.push(...JSON.parse(line).work);
    },
  });
  try {
    const queues = queueClient(runtime);
    await queues.send(LANE, [
      ...sample({ count: 60, seed: 3 }),
      ...(['throw', 'exit', 'hang', 'kill'] as const).map((fault) => faulty(fault)),
      ...[invalidPatient(), largePatient(500_000)],
    ]);
    const waiting = [LANE, `${LANE}-isolation`, `${LANE}-dead-letter`];
    const depths = () => Promise.all(waiting.map((queue) => queues.count(queue)));
    await expect.poll(depths, POLL).toEqual(waiting.map(() => 0));
    expect(answers).toBeGreaterThan(20);
    // Workers are always there, so an empty list would mean that nobody looked.
    expect(left.length).toBeGreaterThan(0);
    expect(unexplained(left)).toEqual([]);
  } finally {
    await runtime.stop();
    await assembly.dispose();
  }
});
