import { GetCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, expect, test, vi } from 'vitest';
import { saveSupervised } from '../../../aws/supervision-table.ts';
import { pauseByOperator } from '../../../core/supervision/lane-holds.ts';
import { childrenIn, SUPERVISION_TREE } from '../../../core/supervision/supervision-tree.ts';
import { tableAt } from '../../support/handles.ts';
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
afterEach(() => vi.restoreAllMocks());

const supervised = async () => {
  const stage = await buildSupervisedWorld(service, { names: ['critical'] });
  const supervisor = await loadSupervisor();
  const [{ dynamo }] = supervisor.clients as [(typeof supervisor.clients)[number]];
  return { stage, supervisor, dynamo };
};

async function pauseCritical(stage: SupervisedWorld): Promise<void> {
  const before = await stateOf(stage, 'critical');
  const paused = pauseByOperator(before, { by: 'eva', why: 'work' }, Date.now());
  await saveSupervised(tableAt(stage.table), { ...paused, version: before.version + 1 });
}

const SUPERVISION_NAMES = childrenIn(SUPERVISION_TREE).map(({ node }) => node.name);

/** What was read, in order: the key of an item, or `all`. */
const readsOf = (calls: readonly (readonly unknown[])[]) =>
  calls.flatMap(([command]) => {
    if (command instanceof ScanCommand) return ['all'];
    return command instanceof GetCommand ? [String(command.input.Key?.['pk'])] : [];
  });

test('a minute reads all states by one request, and that of a lane again after its mappings were looked at', async () => {
  const { stage, supervisor, dynamo } = await supervised();
  const sent = vi.spyOn(dynamo, 'send');
  expect(await minute(stage, supervisor)).toEqual([]);
  expect(readsOf(sent.mock.calls)).toEqual(['all', 'critical']);
});

test('R31: a minute in which all states cannot be read at once reads them one by one', async () => {
  const { stage, supervisor, dynamo } = await supervised();
  await pauseCritical(stage);
  const send = dynamo.send.bind(dynamo) as (command: object) => Promise<object>;
  const sent = vi.spyOn(dynamo, 'send').mockImplementation(async (command: object) => {
    if (command instanceof ScanCommand) throw new Error('throttled');
    return send(command);
  });
  expect(await minute(stage, supervisor)).toEqual([]);
  const reads = readsOf(sent.mock.calls);
  expect(reads.slice(1).toSorted()).toEqual([...SUPERVISION_NAMES, 'critical'].toSorted());
  expect(await mappingsOf(stage, service)).toMatchObject({ critical: 'off' });
});

test('R31: an operator who pauses the lane meanwhile is not overruled, and the mappings are off after that minute', async () => {
  const { stage, supervisor, dynamo } = await supervised();
  const send = dynamo.send.bind(dynamo) as (command: object) => Promise<object>;
  let reads = 0;
  vi.spyOn(dynamo, 'send').mockImplementation(async (command: object) => {
    const isRead = command instanceof ScanCommand || command instanceof GetCommand;
    if (!isRead) return send(command);
    reads += 1;
    const answer = await send(command);
    if (reads > 1) return answer;
    await pauseCritical(stage);
    return answer;
  });
  expect(await minute(stage, supervisor)).toEqual([]);
  expect(Object.keys((await stateOf(stage, 'critical')).holds)).toEqual(['operator']);
  expect(await mappingsOf(stage, service)).toMatchObject({ critical: 'off' });
});
