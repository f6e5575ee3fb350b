import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { command, run } from '../../cli/command-line.ts';
import { describePlugins } from '../../cli/plugin/describe.ts';
import { addPlugin } from '../../cli/plugin-command.ts';
import { auditFactSchema } from '../../core/audit/audit-fact.ts';
import { obey } from '../../core/breaker/breaker-operator.ts';
import { UNKNOWN_SERVICE } from '../../core/breaker/breaker-state.ts';
import { switchOf } from '../../core/supervision/plugin-switch.ts';
import { buildPlugins, moduleOf } from '../../plugins/build.ts';
import { receive } from '../support/delivery.ts';
import { startEmulators } from '../support/emulators.ts';
import { patientWithCpf, pluginFaulty } from '../support/plugins.ts';
import { invalidPatient, patient } from '../support/resources.ts';
import { itemsOf } from '../support/stores.ts';
import { wasm } from '../support/wasm.ts';
import { buildWorld } from '../support/world.ts';

let folder: string;
const out: string[] = [];
const errors: string[] = [];

beforeAll(async () => {
  await buildPlugins();
  folder = await mkdtemp(join(tmpdir(), 'failsafe-plugin-test-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  for (const said of [out, errors]) said.length = 0;
  process.exitCode = undefined;
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => errors.push(String(text)) > 0);
  return () => {
    process.exitCode = undefined;
    vi.restoreAllMocks();
  };
});

async function testPlugin(module: string, lines: string[], ...options: string[]): Promise<number> {
  const file = join(folder, 'resources.ndjson');
  await writeFile(file, lines.join('\n'));
  const program = command('cli');
  addPlugin(program);
  return run(program, ['plugin', 'test', module, file, ...options]);
}

test('prints each resource’s result, and whether the plugin was asked at all', async () => {
  const lines = [patient(), patientWithCpf('52998224724'), invalidPatient()];
  expect(await testPlugin(moduleOf('cpf'), lines)).toBe(1);
  expect(out.join('').trim().split('\n')).toEqual([
    expect.stringMatching(/ndjson:1: accepted$/),
    expect.stringMatching(
      /ndjson:2: rejected by the plugin: .*check digits.* \(Patient\.identifier\[1\]\.value\)$/,
    ),
    expect.stringMatching(
      /ndjson:3: invalid without it, so the plugin was not asked: .*\(Patient\.gender\)/,
    ),
  ]);
  expect(errors.join('')).toContain(
    '3 resources: 1 accepted, 1 rejected, 1 not asked, because they are invalid',
  );
});

test('has status 0 if all are accepted, else 1', async () => {
  expect(await testPlugin(moduleOf('cpf'), [patient(), patient()])).toBe(0);
  expect(errors.join('')).toContain('2 resources: 2 accepted');
  expect(await testPlugin(moduleOf('cpf'), [patientWithCpf('52998224724')])).toBe(1);
  expect(await testPlugin(moduleOf('cpf'), [invalidPatient()])).toBe(1);
});

test('reports a crash, a hang and what is not a resource, with status 1', async () => {
  const lines = [pluginFaulty('exit'), pluginFaulty('hang'), '{', patient()];
  expect(await testPlugin(moduleOf('chaos'), lines, '--deadline-ms', '200')).toBe(1);
  expect(out.join('').trim().split('\n')).toEqual([
    expect.stringContaining(':1: crashed: exit, plugin under-test: exited with status 3'),
    expect.stringContaining(':2: crashed: timeout, plugin under-test: no verdict within 200 ms'),
    expect.stringMatching(/:3: /),
    expect.stringContaining(':4: '),
  ]);
});

test('a module that cannot be deployed is a mistake of the command line', async () => {
  const module = join(folder, 'wrong.wasm');
  await writeFile(module, wasm({ imports: ['env.abort'] }));
  expect(await testPlugin(module, [patient()])).toBe(2);
  expect(errors.join('')).toContain('wrong.wasm imports what there is not: env.abort');
  expect(await testPlugin(join(folder, 'absent.wasm'), [patient()])).toBe(2);
});

const RULE = {
  name: 'rule',
  file: 'rule.wasm',
  resourceTypes: ['Patient'],
  mode: 'required',
  deadlineMs: 500,
} as const;

test('list prints which plugins are on, and who switched the others off and why', () => {
  const word = { by: 'ada', reason: 'wrong', token: 't' } as const;
  const off = obey(UNKNOWN_SERVICE, { ...word, kind: 'force-open', until: 9_000 }, 1_000).next;
  const states: [string, object][] = [
    ['on, never switched off', { ...UNKNOWN_SERVICE }],
    ['off by ada until 1970-01-01 00:00:09Z (in 7 s)', off],
    ['off since 1970-01-01 00:00:01Z (1 s ago)', { ...off, forced: undefined }],
    [', probe at 1970-01-01 00:00:09Z (in 7 s)', { ...off, forced: undefined }],
    [', the next resource is its probe', { ...off, forced: undefined, openUntil: 2_000 }],
    ['off and probed', { ...off, forced: undefined, phase: 'half-open', successes: 0 }],
  ];
  const plugin = { ...RULE, resourceTypes: ['Patient'] };
  for (const [said, state] of states) {
    const breakers = [{ service: switchOf('rule'), state: state as typeof UNKNOWN_SERVICE }];
    expect(describePlugins([plugin], breakers, 2_000)).toContain(said);
  }
  expect(describePlugins([{ ...plugin, resourceTypes: [] }], [], 0)).toMatch(
    /all types.*: on, never switched off$/,
  );
  expect(describePlugins([], [], 0)).toBe('No plugins in failsafe.config.ts.');
});

test('R17: an operator switches a plugin off and on; both are audited', async () => {
  vi.doMock('../../failsafe.config.ts', () => ({ default: { plugins: [RULE] } }));
  const emulators = await startEmulators();
  try {
    const { stage, tables, queues } = await buildWorld();
    const say = async (...args: string[]) => {
      const program = command('cli');
      addPlugin(program);
      return run(program, ['plugin', ...args, '--stage', stage]);
    };
    const why = ['--reason', 'wrong digits', '--by', 'ada'];
    expect(await say('disable', 'other', ...why)).toBe(2);
    expect(errors.join('')).toContain('no plugin other in failsafe.config.ts: it names rule');
    expect(await say('disable', 'rule', ...why, '--for', '10m')).toBe(0);
    expect(out.at(-1)).toMatch(
      /^The plugin rule is off until \S+ \S+Z \(in \d+ min\); said by ada: wrong digits$/m,
    );
    expect(await itemsOf(tables.breakers)).toMatchObject([{ pk: 'plugin-rule', phase: 'open' }]);
    expect(await say('list')).toBe(0);
    expect(out.at(-1)).toMatch(/^rule +required Patient, rule.wasm: off by ada until/);
    expect(await say('list', '--json')).toBe(0);
    expect(JSON.parse(out.at(-1) ?? '')).toMatchObject({
      plugins: [{ name: 'rule', mode: 'required', isOn: false, state: { phase: 'open' } }],
    });
    const [told] = await receive(queues.audit);
    expect(auditFactSchema.parse(JSON.parse(told?.body ?? ''))).toMatchObject({
      kind: 'plugin-switched',
      actor: 'ada',
      reason: 'force-open: wrong digits',
    });
    expect(await say('enable', 'rule', ...why, '--json')).toBe(0);
    expect(JSON.parse(out.at(-1) ?? '')).toMatchObject({ plugin: 'rule', is: 'on', by: 'ada' });
    expect(await say('list')).toBe(0);
    expect(out.at(-1)).toMatch(/rule.wasm: on since/);
  } finally {
    await emulators.stop();
  }
});
