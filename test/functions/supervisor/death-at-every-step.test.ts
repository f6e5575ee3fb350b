/** `supervisor` dies after its k-th call, for every k, and its messages come again. */
import { expect, test } from 'vitest';
import { skipTime } from '../../support/clock.ts';
import { receive, send } from '../../support/delivery.ts';
import { dieAtEveryStep } from '../../support/die-at-every-step.ts';
import { depthOf } from '../../support/stores.ts';
import {
  buildSupervisedWorld,
  deathOf,
  factsOf,
  loadSupervisor,
  mappingsOf,
  minute,
  type SupervisedWorld,
  type SupervisorEnv,
  stateOf,
  tell,
} from '../../support/supervision.ts';
import { useLambdaService } from '../../support/use-lambda-service.ts';

const service = useLambdaService();
let stage: SupervisedWorld;

let supervisor: SupervisorEnv;

const build = async () => {
  stage = await buildSupervisedWorld(service, { names: ['critical'] });
  supervisor = await loadSupervisor();
  return stage.world;
};

/** It keeps nothing in memory, so a dead one is as good as new once it can call again. */
function revive(): void {
  const { sqs, dynamo } = supervisor.clients[0] ?? {};
  for (const client of [sqs, dynamo, ...supervisor.others]) {
    (client as typeof sqs)?.middlewareStack.remove('death');
  }
}

async function die(from: number, to: number): Promise<void> {
  const now = Date.now();
  for (let n = from; n < to; n += 1) {
    await send(stage.queue, JSON.stringify(deathOf(`r-${n}`, now - to + n)));
  }
}

/** What is in flight comes again, and the minute passes. */
async function lookOn(minutes: number): Promise<void> {
  revive();
  for (let n = 0; n < minutes; n += 1) {
    expect(await minute(stage, supervisor)).toEqual([]);
    await mappingsOf(stage, service);
    skipTime(60_000);
  }
}

test('R30 R31: on the death that exceeds the intensity', async () => {
  const steps = await dieAtEveryStep({
    build,
    queue: () => stage.queue,
    load: async () => supervisor,
    prepare: () => die(0, 4),
    async finish() {
      revive();
      await tell(stage, supervisor);
    },
    async check() {
      expect((await mappingsOf(stage, service))['critical']).toBe('off');
      expect((await factsOf(stage)).map(({ kind }) => kind)).toEqual(['lane-paused']);
      const told = await receive(stage.world.queues.incident);
      const ids = new Set(told.map(({ body }) => JSON.parse(body).escalation.id));
      expect([...ids]).toHaveLength(1);
      expect((await stateOf(stage, 'critical')).outbox).toEqual([]);
      expect((await stateOf(stage, 'application')).outbox).toEqual([]);
    },
  });
  expect(steps).toBeGreaterThanOrEqual(14);
});

test('R04 R33: in a minute with a probe', async () => {
  let runs: string[] = [];
  const steps = await dieAtEveryStep({
    build,
    queue: () => stage.queue,
    load: async () => supervisor,
    async prepare() {
      runs = [];
      service.answer(`fhir-failsafe-${stage.world.stage}-critical`, async (event) => {
        runs.push((event as { Records: { messageId: string }[] }).Records[0]?.messageId ?? '');
        return { batchItemFailures: [] };
      });
      await send(stage.lanes.critical, 'one');
      await die(0, 4);
      await tell(stage, supervisor);
      await mappingsOf(stage, service);
      skipTime(60_000);
      await send(stage.queue, JSON.stringify({ wake: 'minute' }));
    },
    // A probe whose owner died is taken over when its lease ends.
    finish: () => lookOn(3),
    async check() {
      const step = (await mappingsOf(stage, service))['critical'];
      expect(step).toBeOneOf([2, 4, 8]);
      expect(new Set(runs).size).toBe(1);
      expect(runs.length).toBeLessThanOrEqual(2);
      expect(await depthOf(stage.lanes.critical)).toBe(0);
      const kinds = (await factsOf(stage)).map(({ kind }) => kind);
      expect(kinds).toEqual(['lane-paused', 'lane-resumed']);
    },
  });
  expect(steps).toBeGreaterThanOrEqual(18);
});
