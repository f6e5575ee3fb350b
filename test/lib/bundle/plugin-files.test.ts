import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { copyPlugins } from '../../../lib/bundle/plugin-files.ts';
import { type PermissionsTemplate, permissionRows } from '../../../lib/checks/permissions.ts';
import { loadConfig } from '../../../lib/config/config-load.ts';
import { wasm } from '../../support/wasm.ts';
import { buildStack, resourcesOf } from '../synthesized.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'failsafe-plugins-'));
  await writeFile(join(root, 'a.wasm'), wasm({}));
  await writeFile(join(root, 'b.wasm'), wasm({ imports: ['env.abort'] }));
});
afterEach(() => rm(root, { recursive: true }));

const plugin = (name: string, file = 'a.wasm') => ({ name, file, mode: 'advisory' as const });
const copy = (...plugins: ReturnType<typeof plugin>[]) =>
  copyPlugins(loadConfig({ plugins }, {}), root, join(root, 'bundle'));

it('copies each module into the bundle under its plugin’s name', async () => {
  await copy(plugin('first'), plugin('second'));
  expect(await readdir(join(root, 'bundle', 'plugins'))).toEqual(['first.wasm', 'second.wasm']);
  const copied = await readFile(join(root, 'bundle', 'plugins', 'first.wasm'));
  expect(copied.equals(wasm({}))).toBe(true);
});

it('writes nothing if there are no plugins', async () => {
  await copy();
  expect(await readdir(root)).not.toContain('bundle');
});

it.each([
  ['cannot run', 'b.wasm', 'plugin rule refused: b.wasm imports what there is not: env.abort'],
  ['is not there', 'c.wasm', 'plugin rule refused: c.wasm cannot be read'],
])('refuses a module that %s, and names plugin and file', async (_, file, message) => {
  await expect(copy(plugin('rule', file))).rejects.toThrow(message);
});

it('validate of each lane gets the list of plugins, in order', () => {
  const plugins = [
    { ...plugin('first'), mode: 'required' as const, resourceTypes: ['Patient'] },
    plugin('second'),
  ];
  const settingsOf = (file: Parameters<typeof buildStack>[1]) =>
    Object.values(
      resourcesOf(Template.fromStack(buildStack({}, file).stack), 'AWS::Lambda::Function'),
    )
      .filter(({ Properties }) => String(Properties['FunctionName']).includes('-validate-'))
      .map(({ Properties }) => Properties['Environment'] as { Variables: Record<string, string> })
      .map(({ Variables }) => JSON.parse(Variables['SETTINGS'] ?? '').plugins);
  const told = [
    {
      name: 'first',
      file: './plugins/first.wasm',
      resourceTypes: ['Patient'],
      required: true,
      deadlineMs: 500,
    },
    {
      name: 'second',
      file: './plugins/second.wasm',
      resourceTypes: [],
      required: false,
      deadlineMs: 500,
    },
  ];
  expect(settingsOf({ plugins })).toEqual([told, told]);
  expect(settingsOf({})).toEqual([[], []]);
});

it.each([
  ['two plugins with one name', [plugin('rule'), plugin('rule')], 'two have the name rule'],
  ['an invalid name', [plugin('No Name')], 'plugins.0.name'],
  [
    'deadlines that do not fit into the timeout',
    [{ ...plugin('slow'), deadlineMs: 2_001 }],
    '7001 together, must leave',
  ],
])('refuses %s', (_, plugins, problem) => {
  expect(() => loadConfig({ plugins }, {})).toThrow(problem);
});

it('plugins can be given on the command line', () => {
  const context = { plugins: JSON.stringify([plugin('rule')]) };
  expect(loadConfig({}, context).plugins).toMatchObject([plugin('rule')]);
  expect(() => loadConfig({}, { plugins: '[nonsense' })).toThrow('plugins');
});

it('refuses plugin memory that does not fit beside the heap of a worker', () => {
  const file = { plugins: [plugin('rule')], pluginMemoryMb: 70 };
  expect(() => loadConfig(file, {})).toThrow('pluginMemoryMb 70');
  expect(loadConfig({ ...file, pluginMemoryMb: 69 }, {}).pluginMemoryMb).toBe(69);
});

it('validate may read and write the switches of plugins, and gets no other permission', () => {
  const rowsOf = (file: Parameters<typeof buildStack>[1]) => {
    const template = Template.fromStack(buildStack({}, file).stack).toJSON();
    return permissionRows(template as PermissionsTemplate)
      .filter((row) => row.function === 'validate-critical')
      .map((row) => `${row.purpose}: ${row.actions} on ${row.resources}`);
  };
  const before = rowsOf({});
  const after = rowsOf({ plugins: [plugin('rule')] });
  expect(after.filter((row) => !before.includes(row))).toEqual([
    'SharePluginSwitches: dynamodb:GetItem, dynamodb:PutItem on table breakers',
    'TellAudit: sqs:SendMessage on queue audit.fifo',
  ]);
});

it('with terminology configured too, no statement of a policy appears twice', () => {
  const context = { 'terminology.endpoint': 'https://tx.example.org/fhir', deadlineMs: '4000' };
  const { stack } = buildStack(context, { plugins: [plugin('rule')] });
  const policies = Object.values(resourcesOf(Template.fromStack(stack), 'AWS::IAM::ManagedPolicy'));
  expect(policies.length).toBeGreaterThan(0);
  for (const { Properties } of policies) {
    const document = Properties['PolicyDocument'] as { Statement: { Sid: string }[] };
    const names = document.Statement.map(({ Sid }) => Sid);
    expect(names).toEqual([...new Set(names)]);
  }
});
