/** What a probe tries, and what it and its lane are counted as. */
import { beforeEach, expect, test, vi } from 'vitest';
import { skipTime } from '../../support/clock.ts';
import { send } from '../../support/delivery.ts';
import { watchMetrics } from '../../support/metrics.ts';
import { depthOf } from '../../support/stores.ts';
import {
  answerProbes,
  buildSupervisedWorld,
  deathsNow,
  type LaneAnswer,
  loadSupervisor,
  mappingsOf,
  minute,
  type SupervisedWorld,
  type SupervisorEnv,
  stateOf,
  tell,
} from '../../support/supervision.ts';
import { useLambdaService } from '../../support/use-lambda-service.ts';

const MINUTE_MS = 60_000;

const service = useLambdaService();
let stage: SupervisedWorld;
let supervisor: SupervisorEnv;

beforeEach(async () => {
  stage = await buildSupervisedWorld(service, { names: ['critical'] });
  supervisor = await loadSupervisor();
});

const deaths = (count: number) => tell(stage, supervisor, ...deathsNow(count));
const lane = (name: string, answer: (id: string) => LaneAnswer) =>
  answerProbes(stage, service, name, answer);
const aMinuteLater = () => {
  skipTime(MINUTE_MS);
  return minute(stage, supervisor);
};

test('R33: a message that is isolated instead of run is no success: the next one decides', async () => {
  for (const body of ['killer', 'other']) await send(stage.lanes.critical, body);
  await deaths(4);
  const answers = ['isolated', 'died'] as const;
  const probes = lane('critical', () => answers[probes.length - 1] ?? 'done');
  await aMinuteLater();
  expect(probes).toHaveLength(2);
  expect((await mappingsOf(stage, service))['critical']).toBe('off');
  expect(await stateOf(stage, 'critical')).toMatchObject({ setbacks: 1 });
  expect(await depthOf(stage.lanes.critical)).toBe(1);
});

test('R60: its holds and releases, its probes, and what the root gives up are counted, as alarms rely on', async () => {
  const metrics = watchMetrics();
  supervisor = await loadSupervisor();
  const NAMES = ['LanePauses', 'LaneReleases', 'LanePaused', 'Probes', 'ProbesFailed'];
  const counts = () => [...NAMES, 'Escalations'].map((name) => metrics.sum(name));
  await send(stage.lanes.critical, 'one');
  await deaths(4);
  expect(counts()).toEqual([1, 0, 0, 0, 0, 1]);
  lane('critical', () => 'died');
  await aMinuteLater();
  expect(counts()).toEqual([1, 0, 1, 1, 1, 1]);
  lane('critical', () => 'done');
  await aMinuteLater();
  expect(counts()).toEqual([1, 1, 2, 2, 1, 1]);
  await aMinuteLater();
  expect(counts()).toEqual([1, 1, 2, 2, 1, 1]);
  vi.restoreAllMocks();
});
