import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pauseByOperator, resumeByOperator } from '../../core/supervision/lane-holds.ts';
import { type Supervised, untouched } from '../../core/supervision/supervised-state.ts';
import { LanePauses } from '../../demo/pauses.ts';
import { testClients } from '../support/clients.ts';
import { table } from '../support/provision.ts';
import { useEmulators } from '../support/use-emulators.ts';

const SINCE = Date.parse('2026-01-31T12:00:00Z');

const ended = new AbortController();
useEmulators();
let supervision: string;

beforeAll(async () => {
  supervision = await table('pauses-supervision');
});
afterAll(async () => {
  ended.abort();
});

async function save(state: Supervised): Promise<Supervised> {
  const Item = { pk: state.name, ...state };
  await testClients().dynamo.send(new PutCommand({ TableName: supervision, Item }));
  return state;
}

test('R31: shows a paused lane with its reason, and mentions pause and return in the summary', async () => {
  const lines: string[] = [];
  const tables = { dynamodb: testClients().dynamo, supervision };
  const pauses = new LanePauses(tables, (line) => lines.push(line));
  await pauses.look();
  expect([lines, pauses.describe()]).toEqual([[], '']);

  const followed = pauses.follow(ended.signal);
  const held = await save(
    pauseByOperator(untouched('critical'), { by: 'ada', why: 'a test' }, SINCE),
  );
  const paused = 'lane critical paused since 2026-01-31T12:00:00.000Z because a test';
  await expect.poll(() => lines).toEqual([`  ‖ ${paused}`]);
  expect(pauses.describe()).toMatch(/^\n {2}paused +lane critical since \S+ because a test$/);

  await save(resumeByOperator(held, { by: 'ada', why: 'over' }, SINCE));
  await expect.poll(() => lines.slice(1)).toEqual(['  ▷ lane critical runs again']);
  expect(pauses.describe()).toMatch(/because a test; runs again$/);
  expect([...pauses.seen.keys()]).toEqual(['critical']);
  ended.abort();
  await followed;
});
