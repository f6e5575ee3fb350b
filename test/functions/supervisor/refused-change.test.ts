/** Lambda refuses to change a mapping, for a while. */
import {
  type LambdaClient,
  ResourceConflictException,
  ServiceException,
} from '@aws-sdk/client-lambda';
import { beforeEach, expect, test } from 'vitest';
import { receive } from '../../support/delivery.ts';
import { watchMetrics } from '../../support/metrics.ts';
import {
  buildSupervisedWorld,
  deathsNow,
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

beforeEach(async () => {
  stage = await buildSupervisedWorld(service, { names: ['critical'] });
  supervisor = await loadSupervisor();
});

const BROKEN = new ServiceException({ message: 'internal error', $metadata: {} });

/** Refuses changes of the lane's own mapping until the returned function is called. */
function refuseChanges(error: Error = BROKEN): () => void {
  const [lambda] = supervisor.others as [LambdaClient];
  const uuid = `fhir-failsafe-${stage.world.stage}-critical`;
  lambda.middlewareStack.add(
    (next, context) => async (args) => {
      const isChange = context['commandName'] === 'UpdateEventSourceMappingCommand';
      if (!isChange || (args.input as { UUID?: string }).UUID !== uuid) return next(args);
      throw error;
    },
    { step: 'initialize', name: 'refuse' },
  );
  return () => lambda.middlewareStack.remove('refuse');
}

const enabled = (name: string) =>
  service.mapping(`fhir-failsafe-${stage.world.stage}-${name}`)?.state === 'Enabled';

test('R31: an escalation reaches people, and the other mapping is disabled, while one cannot be changed', async () => {
  const allow = refuseChanges();
  expect(await tell(stage, supervisor, ...deathsNow(4))).not.toEqual([]);
  expect(await receive(stage.world.queues.incident)).toHaveLength(1);
  expect((await factsOf(stage)).map(({ kind }) => kind)).toEqual(['lane-paused']);
  expect([enabled('critical'), enabled('critical-isolation')]).toEqual([true, false]);
  expect(await stateOf(stage, 'critical')).toMatchObject({ confirmed: false, outbox: [] });
  allow();
  expect(await minute(stage, supervisor)).toEqual([]);
  expect(await mappingsOf(stage, service)).toMatchObject({ critical: 'off' });
});

test('R60: the metric of a paused lane is emitted also while its mappings cannot be changed', async () => {
  const metrics = watchMetrics();
  supervisor = await loadSupervisor();
  refuseChanges();
  await tell(stage, supervisor, ...deathsNow(4));
  expect(await minute(stage, supervisor)).not.toEqual([]);
  expect(metrics.sum('LanePaused')).toBe(1);
});

test('R09: another change of a mapping in progress is no fault, whichever name Lambda gives it', async () => {
  const metrics = watchMetrics();
  supervisor = await loadSupervisor();
  const message = 'another operation is in progress';
  const allow = refuseChanges(new ResourceConflictException({ message, $metadata: {} }));
  expect(await tell(stage, supervisor, ...deathsNow(4))).toEqual([]);
  expect(metrics.sum('ComponentFaults')).toBe(0);
  expect(await stateOf(stage, 'critical')).toMatchObject({ confirmed: false });
  allow();
  expect(await minute(stage, supervisor)).toEqual([]);
  expect(await mappingsOf(stage, service)).toMatchObject({ critical: 'off' });
});
