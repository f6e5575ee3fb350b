/**
 * A bad deploy, on the local runtime: `validate` throws while it loads. Messages wait, nothing is
 * dead-lettered, somebody is paged, and the version before brings everything through.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lanes } from '../../core/messages.ts';
import type { Page } from '../../local/pages.ts';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import { ensureBuilt } from '../../local/start/build.ts';
import { connect } from '../../local/start/pipeline.ts';
import { readQuarantine, readResources } from '../../local/start/tables.ts';
import { byName, synthesized } from '../lib/synthesized.ts';
import { queueClient } from '../local/support/queue-client.ts';
import { changedAssembly } from '../support/changed-assembly.ts';
import { patient } from '../support/resources.ts';

const MESSAGES = 12;
const QUEUE = 'fhir-failsafe-dev-critical';
const BROKEN = 'throw new SyntaxError("a bad deploy");';

let dataDir: string;
beforeAll(async () => {
  await ensureBuilt(join(import.meta.dirname, '..', '..'), () => {});
  dataDir = await mkdtemp(join(tmpdir(), 'bad-deploy-'));
}, 120_000);
afterAll(() => rm(dataDir, { recursive: true, force: true }));

async function withStack(
  handlers: Record<string, string>,
  use: (runtime: Runtime, pages: readonly Page[]) => Promise<void>,
): Promise<void> {
  const assembly = await changedAssembly({ visibilitySeconds: 4, handlers });
  const pages: Page[] = [];
  const runtime = await startRuntime({
    assembly: assembly.directory,
    dataDir,
    onPage: (page) => pages.push(page),
  });
  try {
    await use(runtime, pages);
  } finally {
    await runtime.stop();
    await assembly.dispose();
  }
}

test('R02 R04 R09: while validate cannot load, messages wait; then all are stored', async () => {
  await withStack({ 'validate-critical': BROKEN }, async (runtime, pages) => {
    const queues = queueClient(runtime);
    for (let n = 0; n < MESSAGES; n += 1) await queues.send(QUEUE, [patient({ id: `p-${n}` })]);
    // Ten deaths while loading open an incident, so the operator is told.
    await expect
      .poll(() => pages.map(({ topic }) => topic), { timeout: 60_000 })
      .toContain('oncall');
    expect(await queues.count(QUEUE)).toBe(MESSAGES);
    expect(await queues.count(`${QUEUE}-isolation`)).toBe(0);
    expect(await queues.count(`${QUEUE}-dead-letter`)).toBe(0);
  });
  await withStack({}, async (runtime) => {
    const { tables } = await connect(runtime, () => new Set());
    const stored = async () => (await readResources(tables)).length;
    await expect.poll(stored, { timeout: 60_000 }).toBe(MESSAGES);
    const entries = await readQuarantine(tables);
    expect(entries.filter(({ kind }) => kind === 'dead-letter')).toEqual([]);
  });
}, 150_000);

test('R02: the backstop of a lane leaves an operator at least twelve hours', () => {
  const queues = byName(synthesized(), 'AWS::SQS::Queue', 'QueueName');
  for (const lane of lanes.flatMap((name) => [name, `${name}-isolation`])) {
    const { VisibilityTimeout, RedrivePolicy } =
      queues.get(`fhir-failsafe-dev-${lane}`)?.Properties ?? {};
    const { maxReceiveCount } = RedrivePolicy as { maxReceiveCount: number };
    expect(Number(VisibilityTimeout) * maxReceiveCount).toBeGreaterThan(12 * 3_600);
  }
});
