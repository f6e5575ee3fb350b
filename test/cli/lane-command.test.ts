import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tableNamed } from '../../cli/clients.ts';
import { describeLanes } from '../../cli/lane/describe.ts';
import type { LaneView } from '../../cli/lane/look.ts';
import { operate } from '../../cli/lane/operate.ts';
import { untouched } from '../../core/supervision/supervised-state.ts';
import { type Runtime, startRuntime } from '../../packages/local-lambda/runtime.ts';
import { queueClient } from '../packages/local-lambda/support/queue-client.ts';
import { consumer, writeAssembly } from '../packages/local-lambda/support/tiny-assembly.ts';
import { cli } from '../support/cli.ts';
import { testClients } from '../support/clients.ts';
import { makeClients } from '../support/cold.ts';
import { losePut } from '../support/faults.ts';

const NAME = 'fhir-failsafe-dev-supervisor';
const LANES = `{"critical":{
  "functionName":"criticalFunction", "queueUrl":"\${critical}", "queueArn":"\${critical.Arn}",
  "mappings":[{"uuid":"\${criticalMapping}","maxConcurrency":8},{"uuid":"\${alsoMapping}","maxConcurrency":2}]}}`;
const table = {
  TableName: 'fhir-failsafe-dev-supervision',
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
};

let runtime: Runtime;
let queues: ReturnType<typeof queueClient>;
let dispose: () => Promise<void>;

beforeAll(async () => {
  const mapped = (most: number) => ({ ScalingConfig: { MaximumConcurrency: most } });
  const supervisor = {
    FunctionName: NAME,
    Environment: { Variables: { SUPERVISED_LANES: { 'Fn::Sub': LANES } } },
  };
  const assembly = await writeAssembly({
    resources: {
      ...consumer('critical', mapped(8)),
      ...consumer('also', mapped(2)),
      // No consumer reads this queue, so the test can count the wakes.
      ...consumer(
        'supervisor',
        { Enabled: false },
        { queue: { QueueName: NAME }, function: supervisor },
      ),
      Supervision: { Type: 'AWS::DynamoDB::Table', Properties: table },
    },
    handlers: {
      critical: 'export const handler = () => {};',
      also: 'export const handler = () => {};',
      supervisor: 'export const handler = () => {};',
    },
  });
  dispose = assembly.dispose;
  runtime = await startRuntime({ assembly: assembly.directory, environmentsMax: 2 });
  queues = queueClient(runtime);
  Object.assign(process.env, runtime.exports);
});
afterAll(async () => {
  await runtime.stop();
  await dispose();
});

const lane = (...args: string[]) => cli(['lane', ...args]);
const saved = async () => {
  const command = new GetCommand({ TableName: table.TableName, Key: { pk: 'critical' } });
  return (await testClients().dynamo.send(command)).Item;
};
const because = (reason: string, by = 'ana') => ['--reason', reason, '--by', by];

test('R31: pause disables every mapping, with who and why; resume enables them again', async () => {
  expect((await lane('list')).out).toBe(
    [
      'critical     running',
      '  critical  enabled, at most 8 at once',
      '  also      enabled, at most 2 at once',
      '',
    ].join('\n'),
  );
  const paused = await lane('pause', 'critical', ...because('planned work'));
  expect(paused.err).toBe('');
  expect(paused.out).toMatch(/^lane critical paused; it is held by operator; its mappings/);
  const inWords = async () => (await lane('list')).out;
  await expect.poll(inWords).toMatch(/critical +disabled\n +also +disabled/);
  const { out } = await lane('list');
  expect(out).toMatch(/^ {2}held by operator since 20\S+ \S+Z \(.*\) \(ana\): planned work$/m);
  await queues.send('critical', ['waits']);
  // The fact is saved with the state, and the function that publishes it was woken.
  expect(await saved()).toMatchObject({
    version: 1,
    holds: { operator: { by: 'ana', why: 'planned work' } },
    outbox: [{ kind: 'audit', fact: { kind: 'lane-paused', actor: 'ana' } }],
  });
  expect(await queues.receive(NAME)).toEqual(['{"wake":"minute"}']);

  const again = await lane('pause', 'critical', ...because('me too', 'eva'));
  expect(again).toMatchObject({ status: 0 });
  expect(again.out).toMatch(/^lane critical unchanged: nothing to pause; it is held/);
  expect(again.out).toContain('(ana): planned work');
  expect(await queues.count('critical')).toBe(1);

  const resumed = await lane('resume', 'critical', ...because('done'));
  expect(resumed.out).toMatch(/^lane critical resumed; nobody holds it; its mappings/);
  await expect.poll(() => queues.count('critical')).toBe(0);
  const listed = JSON.parse((await lane('list', '--json')).out);
  expect(listed.lanes).toMatchObject([
    {
      lane: 'critical',
      state: { holds: {} },
      mappings: [
        { enabled: true, maxConcurrency: 8, configuredMax: 8 },
        { enabled: true, maxConcurrency: 2, configuredMax: 2 },
      ],
    },
  ]);
});

test.each([
  ['never arrived', 'before' as const],
  ['stands, and the supervisor has saved since', () => supervisorSaves()],
])('R09 R31: a pause whose save got no answer and %s', async (_, meanwhile) => {
  losePut({ clients: [{ ...makeClients(), dynamo: tableNamed('any').dynamo }] }, meanwhile);
  const { version: before = 0 } = (await saved()) ?? {};
  const paused = await operate('dev', 'critical', 'pause', { by: 'eva', why: 'work' });
  expect(paused).toMatchObject({ changed: true, state: { holds: { operator: { by: 'eva' } } } });
  expect((await saved())?.['version']).toBe(before + (meanwhile === 'before' ? 1 : 2));
  await operate('dev', 'critical', 'resume', { by: 'eva', why: 'done' });
});

/** The state after the facts were published and the mappings switched. */
async function supervisorSaves(): Promise<void> {
  const item = await saved();
  const Item = { ...item, version: item?.['version'] + 1, outbox: [], confirmed: true };
  await testClients().dynamo.send(new PutCommand({ TableName: table.TableName, Item }));
}

test('explains what cannot be done', async () => {
  const [unknown, stage, silent] = await Promise.all([
    lane('pause', 'urgent', ...because('x')),
    lane('list', '--stage', 'prod'),
    lane('pause', 'critical'),
  ]);
  expect(unknown).toMatchObject({ status: 2, err: expect.stringContaining('there are critical') });
  expect(stage).toMatchObject({ status: 1, err: expect.stringContaining('no queue') });
  expect(silent).toMatchObject({ status: 2, err: expect.stringContaining('--reason') });
});

describe('the description of a lane', () => {
  const off = { queue: 'q', enabled: false, maxConcurrency: 2, changing: false, configuredMax: 8 };
  const why = { since: 0, why: 'too many deaths', by: 'supervisor' };
  const view = (fields: object, mapping = off): LaneView => ({
    lane: 'critical',
    state: { ...untouched('critical'), ...fields },
    mappings: [mapping],
  });

  test.each([
    [
      'paused',
      { holds: { supervisor: why }, wakeAt: 60_000 },
      off,
      /paused, next probe 1970-01-01 00:01:00Z \(in 59 s\)\n {2}q +disabled/,
    ],
    ['pausing', { holds: { supervisor: why }, confirmed: false }, off, /pausing/],
    ['probing', { holds: { supervisor: why }, probe: { id: 'p', until: 2 } }, off, /probing/],
    [
      'paused by an operator, which no probe ends',
      { holds: { operator: { ...why, by: 'ana' } }, wakeAt: 60_000 },
      off,
      /paused\n {2}q +disabled\n {2}held by operator since .* \(ana\)/,
    ],
    [
      'ramping',
      { ramp: { step: 4, at: 0 } },
      { ...off, enabled: true, maxConcurrency: 4 },
      /ramping, at most 4 a queue since .*\n {2}q +enabled, at most 4 at once/,
    ],
    ['changing', {}, { ...off, changing: true }, /disabled \(changing\)/],
    [
      'reset by a deployment',
      { holds: { supervisor: why } },
      { ...off, enabled: true, maxConcurrency: 8 },
      /enabled, at most 8 at once \(the supervisor will/,
    ],
  ])('%s', (_, fields, mapping, words) => {
    expect(describeLanes([view(fields, mapping)], 1)).toMatch(words);
  });

  test('says in a sentence that there are no lanes', () => {
    expect(describeLanes([], 1)).toMatch(/^No lanes: /);
  });
});
