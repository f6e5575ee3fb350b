/** With real processes: a table that does not answer in time, and nothing acts after the invocation. */
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../../demo/build.ts';
import type { Unfinished } from '../../../packages/local-lambda/lambda/unfinished.ts';
import { startRuntime } from '../../../packages/local-lambda/runtime.ts';
import { queueClient } from '../../packages/local-lambda/support/queue-client.ts';
import { changedAssembly } from '../../support/changed-assembly.ts';
import { faulty, patient } from '../../support/resources.ts';
import { type SlowTable, startSlowTable } from '../../support/slow-tables.ts';
import { unexplained } from '../../support/unexplained.ts';

const STAGE = 'fhir-failsafe-dev';
const POLL = { timeout: 300_000 };
/** Longer than the function's timeout. */
const WRITE_MS = 12_000;

beforeAll(() => ensureBuilt(join(import.meta.dirname, '..', '..', '..'), () => {}));

test('R61: a write that the table does not answer in time has ended when the batch is answered', async () => {
  const assembly = await changedAssembly({ visibilitySeconds: 60 });
  const left: Unfinished[] = [];
  let slow: SlowTable | undefined;
  let answers = 0;
  const runtime = await startRuntime({
    assembly: assembly.directory,
    reportUnfinished: true,
    onLogLine({ functionName, line }) {
      if (!functionName.endsWith('-validate-background')) return;
      if (line.includes('"platform.report"')) answers += 1;
      if (line.startsWith('{"type":"local.unfinished"')) left.push(...JSON.parse(line).work);
    },
    async through(endpoints) {
      slow = await startSlowTable(endpoints.dynamodb, `${STAGE}-resources`, WRITE_MS);
      return { ...endpoints, dynamodb: slow.endpoint };
    },
  });
  try {
    // Texts that wait in a worker behind the one that hangs are written when the time is nearly up.
    const behind = Array.from({ length: 9 }, (_, n) => patient({ id: `p-${n}` }));
    await queueClient(runtime).send(`${STAGE}-background`, [faulty('hang'), ...behind]);
    // The batch's, and that of the one that hangs when it runs alone.
    await expect.poll(() => answers, POLL).toBeGreaterThanOrEqual(2);
    expect(left.length).toBeGreaterThan(0);
    expect(unexplained(left)).toEqual([]);
  } finally {
    await runtime.stop();
    await slow?.stop();
    await assembly.dispose();
  }
});
