import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, expect, test, vi } from 'vitest';
import { saveSupervised } from '../../../aws/supervision-table.ts';
import { pauseByOperator } from '../../../core/supervision/lane-holds.ts';
import { tableAt } from '../../support/handles.ts';
import {
  buildSupervisedWorld,
  loadSupervisor,
  mappingsOf,
  minute,
  stateOf,
} from '../../support/supervision.ts';
import { useLambdaService } from '../../support/use-lambda-service.ts';

const service = useLambdaService();
afterEach(() => vi.restoreAllMocks());

const supervised = async () => {
  const stage = await buildSupervisedWorld(service, { names: ['critical'] });
  const supervisor = await loadSupervisor();
  const [{ dynamo }] = supervisor.clients as [(typeof supervisor.clients)[number]];
  return { stage, supervisor, dynamo };
};

test('a minute in which a lane is on reads its state twice: to decide, and after its mappings were looked at', async () => {
  const { stage, supervisor, dynamo } = await supervised();
  const sent = vi.spyOn(dynamo, 'send');
  expect(await minute(stage, supervisor)).toEqual([]);
  const keys = sent.mock.calls.flatMap(([command]) =>
    (command as object) instanceof GetCommand ? [(command as GetCommand).input.Key?.['pk']] : [],
  );
  expect(keys.filter((pk) => pk === 'critical')).toHaveLength(2);
});

test('R31: an operator who pauses the lane meanwhile is not overruled, and the mappings are off after that minute', async () => {
  const { stage, supervisor, dynamo } = await supervised();
  const table = tableAt(stage.table);
  const send = dynamo.send.bind(dynamo) as (command: object) => Promise<object>;
  let reads = 0;
  vi.spyOn(dynamo, 'send').mockImplementation(async (command: object) => {
    const isRead = command instanceof GetCommand && command.input.Key?.['pk'] === 'critical';
    if (!isRead) return send(command);
    reads += 1;
    const answer = await send(command);
    if (reads > 1) return answer;
    const before = await stateOf(stage, 'critical');
    const paused = pauseByOperator(before, { by: 'eva', why: 'work' }, Date.now());
    await saveSupervised(table, { ...paused, version: before.version + 1 });
    return answer;
  });
  expect(await minute(stage, supervisor)).toEqual([]);
  expect(Object.keys((await stateOf(stage, 'critical')).holds)).toEqual(['operator']);
  expect(await mappingsOf(stage, service)).toMatchObject({ critical: 'off' });
});
