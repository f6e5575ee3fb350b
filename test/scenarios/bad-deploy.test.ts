/**
 * A bad deploy, on the local runtime with real processes: `validate` throws while it loads. Its lane is
 * paused, messages wait, nothing is dead-lettered and somebody is paged. After a rollback, a probe and the
 * ramp bring the lane back, and everything ends well.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lanes } from '../../core/message/messages.ts';
import { ensureBuilt } from '../../demo/build.ts';
import { connect } from '../../demo/pipeline.ts';
import { holdsPending } from '../../demo/queues.ts';
import { readQuarantine, readResources } from '../../demo/tables.ts';
import type { Page } from '../../packages/local-lambda/pages.ts';
import { type Runtime, startRuntime } from '../../packages/local-lambda/runtime.ts';
import { byName, synthesized } from '../lib/synthesized.ts';
import { queueClient } from '../packages/local-lambda/support/queue-client.ts';
import { changedAssembly } from '../support/changed-assembly.ts';
import { type LaneInTest, laneInTest } from '../support/lane-in-test.ts';
import { patient } from '../support/resources.ts';

/** Far more than four of them take to be tried within five seconds. */
const MESSAGES_MAX = 100;
const VISIBILITY_SECONDS = 4;
const SLOW = { interval: 500 };
const QUEUE = 'fhir-failsafe-dev-critical';
const BROKEN = 'throw new SyntaxError("a bad deploy");';

let dataDir: string;
beforeAll(async () => {
  await ensureBuilt(join(import.meta.dirname, '..', '..'), () => {});
  dataDir = await mkdtemp(join(tmpdir(), 'bad-deploy-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

interface Stack {
  readonly runtime: Runtime;
  readonly pages: readonly Page[];
  readonly tables: Awaited<ReturnType<typeof connect>>['tables'];
  readonly lane: LaneInTest;
  /** Results of the supervisor's probes, in order. */
  readonly probes: readonly string[];
  /** One turn of the minute rule. */
  minute(): void;
  /** Deploys the built code over the bad version. */
  repair(): Promise<void>;
}

/** The stack with a `validate-critical` that does not load, and a supervisor with short waits. */
async function withBadDeploy(use: (stack: Stack) => Promise<void>): Promise<void> {
  const assembly = await changedAssembly({
    visibilitySeconds: VISIBILITY_SECONDS,
    handlers: { 'validate-critical': BROKEN },
    settings: { supervisor: { coolDownMs: 1_000, backOffMaxMs: 2_000, rampStepMs: 500 } },
  });
  const pages: Page[] = [];
  const ticks: (() => void)[] = [];
  const probes: string[] = [];
  const runtime = await startRuntime({
    assembly: assembly.directory,
    dataDir,
    onPage: (page) => pages.push(page),
    onLogLine({ functionName, line }) {
      if (!functionName.endsWith('supervisor') || !line.includes('"message":"probe"')) return;
      probes.push(JSON.parse(line).outcome);
    },
    clock: {
      now: () => Date.now(),
      every: (_, tick) => {
        ticks.push(tick);
        return () => {};
      },
    },
  });
  try {
    const { tables } = await connect(runtime, () => new Set());
    await use({
      runtime,
      pages,
      tables,
      lane: laneInTest(runtime, 'critical'),
      probes,
      minute() {
        for (const tick of ticks) tick();
      },
      repair: () => assembly.repair('validate-critical'),
    });
  } finally {
    await runtime.stop();
    await assembly.dispose();
  }
}

/** Nothing left the lane: what was sent is in its queue, and nowhere else. */
async function expectWaiting(runtime: Runtime, sent: number): Promise<void> {
  const queues = queueClient(runtime);
  expect(await queues.count(QUEUE)).toBe(sent);
  expect(await queues.count(`${QUEUE}-isolation`)).toBe(0);
  expect(await queues.count(`${QUEUE}-dead-letter`)).toBe(0);
}

/**
 * Waits until messages that were received before now can be received again. The emulator counts a message
 * as visible only when somebody asks for it, so there is nothing to poll for but the time.
 */
async function visibleAgain(): Promise<void> {
  const over = Date.now() + VISIBILITY_SECONDS * 1_000;
  await expect.poll(() => Date.now()).toBeGreaterThan(over);
}

test('R02 R30 R31 R33: its 4th death pauses the lane; after a fix, a probe resumes it', async () => {
  let sent = 0;
  await withBadDeploy(async ({ runtime, pages, lane, minute, probes }) => {
    const queues = queueClient(runtime);
    // Each is nearly always a batch of its own, and so a death of its own.
    const isPaused = async () => (await lane.state())?.holds.supervisor !== undefined;
    while (!(await isPaused())) {
      expect(sent).toBeLessThan(MESSAGES_MAX);
      await queues.send(QUEUE, [patient({ id: `p-${sent}` })]);
      sent += 1;
      // A lane that has just been paused takes nothing any more.
      await expect
        .poll(async () => (await queues.visible(QUEUE)) === 0 || (await isPaused()))
        .toBe(true);
    }
    await expect.poll(lane.mappings).toEqual(['Disabled', 'Disabled']);
    await expect.poll(() => runtime.inFlight(holdsPending)).toBe(0);
    await expectWaiting(runtime, sent);
    // The root notifies people: the lane of a component that cannot live is paused.
    await expect.poll(() => pages.map(({ topic }) => topic)).toContain('oncall');
    // A probe of the broken version changes nothing. It finds a message only after the deaths' visibility
    // timeouts.
    const since = (await lane.state())?.holds.supervisor?.since;
    minute();
    await visibleAgain();
    minute();
    // On a slow machine the first minute has found one already.
    const died = () => probes.filter((outcome) => outcome === 'died').length;
    await expect.poll(died).toBeGreaterThan(0);
    await expect.poll(async () => (await lane.state())?.setbacks === died()).toBe(true);
    expect((await lane.state())?.holds.supervisor?.since).toBe(since);
    expect(await lane.mappings()).toEqual(['Disabled', 'Disabled']);
    await expectWaiting(runtime, sent);
  });

  await withBadDeploy(async ({ tables, lane, minute, repair, probes }) => {
    // The deployment enabled what was paused; the next minute it is paused again.
    minute();
    await expect.poll(lane.mappings).toEqual(['Disabled', 'Disabled']);
    await repair();
    const steps = new Set<number>();
    await expect
      .poll(async () => {
        minute();
        const { ramp, holds } = (await lane.state()) ?? { holds: {} };
        if (ramp) steps.add(ramp.step);
        return ramp === undefined && Object.keys(holds).length === 0;
      }, SLOW)
      .toBe(true);
    // If all messages are in flight no probe is made; the first that is made brings the lane back.
    expect(probes.filter((outcome) => outcome !== 'all in flight')).toEqual(['ran']);
    // Doubling each time; a late look may have missed one.
    expect(steps.size).toBeGreaterThan(1);
    for (const step of steps) expect(Math.log2(step) % 1).toBe(0);
    await expect.poll(lane.mappings).toEqual(['Enabled', 'Enabled']);
    const stored = async () => (await readResources(tables)).length;
    await expect.poll(stored).toBe(sent);
    const entries = await readQuarantine(tables);
    expect(entries.filter(({ kind }) => kind === 'dead-letter')).toEqual([]);
  });
});

test("R02: a lane's maxReceiveCount leaves an operator at least twelve hours", () => {
  const queues = byName(synthesized(), 'AWS::SQS::Queue', 'QueueName');
  for (const lane of lanes.flatMap((name) => [name, `${name}-isolation`])) {
    const { VisibilityTimeout, RedrivePolicy } =
      queues.get(`fhir-failsafe-dev-${lane}`)?.Properties ?? {};
    const { maxReceiveCount } = RedrivePolicy as { maxReceiveCount: number };
    expect(Number(VisibilityTimeout) * maxReceiveCount).toBeGreaterThan(12 * 3_600);
  }
});
