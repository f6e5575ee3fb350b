import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { command, run } from '../../cli/command-line.ts';
import { addPlugin } from '../../cli/plugin-command.ts';
import { buildPlugins } from '../../plugins/build.ts';
import { patientWithCpf, pluginFaulty } from '../support/plugins.ts';
import { invalidPatient, patient } from '../support/resources.ts';
import { wasm } from '../support/wasm.ts';

let folder: string;
const out: string[] = [];
const errors: string[] = [];

beforeAll(async () => {
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

test('says what came of each resource; a rejection is an answer', async () => {
  const { cpf } = await buildPlugins();
  const lines = [patient(), patientWithCpf('52998224724'), invalidPatient()];
  expect(await testPlugin(cpf, lines)).toBe(0);
  expect(out.join('').trim().split('\n')).toEqual([
    expect.stringMatching(/ndjson:1: .*No issues found/),
    expect.stringMatching(/ndjson:2: .*check digits.*Patient\.identifier\[1\]\.value/),
    expect.stringMatching(/ndjson:3: .*Patient\.gender/),
  ]);
});

test('a crash, a hang and what is no resource are told by status 1', async () => {
  const { chaos } = await buildPlugins();
  const lines = [pluginFaulty('exit'), pluginFaulty('hang'), '{', patient()];
  expect(await testPlugin(chaos, lines, '--deadline-ms', '200')).toBe(1);
  expect(out.join('').trim().split('\n')).toEqual([
    expect.stringContaining(':1: exit, plugin under-test: exited with status 3'),
    expect.stringContaining(':2: timeout, plugin under-test: no verdict within 200 ms'),
    expect.stringMatching(/:3: /),
    expect.stringContaining(':4: '),
  ]);
});

test('a module that could not be deployed is a mistake of the command line', async () => {
  const module = join(folder, 'wrong.wasm');
  await writeFile(module, wasm({ imports: ['env.abort'] }));
  expect(await testPlugin(module, [patient()])).toBe(2);
  expect(errors.join('')).toContain('wrong.wasm imports what there is not: env.abort');
  expect(await testPlugin(join(folder, 'absent.wasm'), [patient()])).toBe(2);
});
