import { afterAll, beforeAll, expect, test } from 'vitest';
import { pauseByOperator, resumeByOperator } from '../../../core/lane-holds.ts';
import type { Supervised } from '../../../core/supervised-state.ts';
import { loadSupervised, saveSupervised } from '../../../functions/aws/supervision-table.ts';
import { LanePauses } from '../../../local/start/pauses.ts';
import { testClients } from '../../support/clients.ts';
import { buildSupervisedWorld, type SupervisedWorld } from '../../support/supervision.ts';
import { useLambdaService } from '../../support/use-lambda-service.ts';

const SINCE = Date.parse('2026-01-31T12:00:00Z');

const service = useLambdaService();
let stage: SupervisedWorld;
const ended = new AbortController();

beforeAll(async () => {
  stage = await buildSupervisedWorld(service);
});
afterAll(() => ended.abort());

async function operate(lane: string, word: (state: Supervised) => Supervised): Promise<void> {
  const state = await loadSupervised(stage.table, lane);
  await saveSupervised(stage.table, { ...word(state), version: state.version + 1 });
}

test('R31: a paused lane is shown with its reason, and said in the summary, as is its return', async () => {
  const lines: string[] = [];
  const tables = { dynamodb: testClients().dynamo, supervision: stage.table };
  const pauses = new LanePauses(tables, (line) => lines.push(line));
  await pauses.look();
  expect([lines, pauses.describe()]).toEqual([[], '']);

  const followed = pauses.follow(ended.signal);
  await operate('critical', (state) => pauseByOperator(state, { by: 'ada', why: 'a test' }, SINCE));
  const paused = 'lane critical paused since 2026-01-31T12:00:00.000Z because a test';
  await expect.poll(() => lines, { timeout: 5_000 }).toEqual([`  ‖ ${paused}`]);
  expect(pauses.describe()).toMatch(/^\n {2}paused +lane critical since \S+ because a test$/);

  await operate('critical', (state) => resumeByOperator(state, { by: 'ada', why: 'over' }, SINCE));
  await expect
    .poll(() => lines.slice(1), { timeout: 5_000 })
    .toEqual(['  ▷ lane critical runs again']);
  expect(pauses.describe()).toMatch(/because a test; runs again$/);
  expect([...pauses.seen.keys()]).toEqual(['critical']);
  ended.abort();
  await followed;
});
