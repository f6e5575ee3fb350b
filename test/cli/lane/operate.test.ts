/** Two operators change a lane at once. AWS carries out their changes of its mappings in any order. */
import { beforeEach, expect, test } from 'vitest';
import { makeLambda } from '../../../aws/lambda-clients.ts';
import { type Desk, HERE } from '../../../cli/clients.ts';
import { describeOperated } from '../../../cli/lane/describe.ts';
import { operate, type Word } from '../../../cli/lane/operate.ts';
import { ENV } from '../../../telemetry/env-names.ts';
import { makeClients } from '../../support/cold.ts';
import { losePut } from '../../support/faults.ts';
import { delayFirstChange } from '../../support/late-mapping-change.ts';
import {
  buildSupervisedWorld,
  loadSupervisor,
  mappingsOf,
  minute,
  type SupervisedWorld,
  stateOf,
} from '../../support/supervision.ts';
import { useLambdaService } from '../../support/use-lambda-service.ts';

const service = useLambdaService();
let stage: SupervisedWorld;
let waits: number[];

beforeEach(async () => {
  stage = await buildSupervisedWorld(service, { names: ['critical'] });
  const lanes = { [ENV.supervisedLanes]: process.env[ENV.supervisedLanes] ?? '' };
  service.configure(`fhir-failsafe-${stage.world.stage}-supervisor`, lanes);
  waits = [];
});

/** A desk whose waits end when AWS has carried out what is under way. */
function desk(): Desk {
  const later: Desk['later'] = (ms, run) => {
    waits.push(ms);
    void mappingsOf(stage, service).then(run);
    return () => undefined;
  };
  const { now, random, randomId, callerId } = HERE;
  return { ...makeClients(), lambda: makeLambda(), now, random, randomId, callerId, later };
}

const say = (word: Word, by: string, from = desk()) =>
  operate(stage.world.stage, 'critical', word, { by, why: 'work' }, from);
const critical = async () => (await mappingsOf(stage, service))['critical'];

/** The supervisor publishes the facts, and confirms the state if the mappings are as it requires. */
async function review() {
  await critical();
  expect(await minute(stage, await loadSupervisor())).toEqual([]);
  return stateOf(stage, 'critical');
}

test.each([
  ['resume', 'pause', 'off', /^lane critical resumed; it is held by operator\n.*\(eva\): work$/],
  ['pause', 'resume', 8, /^lane critical paused; nobody holds it$/],
] as const)(
  'R31: a %s whose change of the mappings arrives after that of a later %s ends as the later one says',
  async (first, second, mappings, words) => {
    if (first === 'resume') await say('pause', 'ana');
    await review();
    const late = desk();
    delayFirstChange(late.lambda, async () => {
      await say(second, 'eva');
      expect(await review()).toMatchObject({ confirmed: true, outbox: [] });
    });
    const operated = await say(first, 'ana', late);
    expect(operated).toMatchObject({ changed: true, mappings: 'set' });
    expect(describeOperated(first, operated, Date.now())).toMatch(words);
    expect(waits.length).toBeGreaterThan(0);
    expect(await critical()).toBe(mappings);
    // Until the supervisor has read the mappings, the lane does not count as paused, and is not probed.
    expect((await stateOf(stage, 'critical')).confirmed).toBe(false);
    expect((await review()).confirmed).toBe(true);
    expect(await critical()).toBe(mappings);
  },
);

test('R31: an operator whom nobody overtakes does not wait for AWS', async () => {
  const operated = await say('pause', 'ana');
  expect(operated.mappings).toBe('changing');
  expect(waits).toEqual([]);
});

test('R31: a pause whose answer was lost is not repeated after others have resumed the lane', async () => {
  const ana = desk();
  const others = [
    'resume',
    ...Array.from({ length: 4 }, () => ['pause', 'resume'] as const),
  ].flat();
  losePut({ clients: [{ ...makeClients(), ...ana }] }, async () => {
    for (const word of others) await say(word as Word, 'eva');
  });
  await expect(say('pause', 'ana', ana)).rejects.toMatchObject({ name: 'SaveForgotten' });
  expect((await stateOf(stage, 'critical')).holds).toEqual({});
});

test('R31: says after a minute and a half that the mappings do not follow, and the supervisor goes on', async () => {
  const uuid = `fhir-failsafe-${stage.world.stage}-critical`;
  service.addMapping(uuid, 8, 3_600_000);
  const late = { ...desk(), later: waitNot };
  delayFirstChange(late.lambda, () => say('resume', 'eva'));
  const operated = await say('pause', 'ana', late);
  expect(operated.mappings).toBe('behind');
  expect(describeOperated('pause', operated, Date.now())).toMatch(
    /; nobody holds it; .* could not/,
  );
  const waited = waits.reduce((sum, ms) => sum + ms, 0);
  expect(waited).toBeGreaterThan(60_000);
  expect(waited).toBeLessThan(90_000);
  expect((await stateOf(stage, 'critical')).confirmed).toBe(false);
  expect(service.mapping(uuid)?.state).toBe('Disabling');
});

function waitNot(ms: number, run: () => void): () => void {
  waits.push(ms);
  setImmediate(run);
  return () => undefined;
}
