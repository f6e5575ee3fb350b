/** The rule that docs/plugins.md tells readers to write compiles, and does what the page says. */
import { readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askPlugin } from '../../functions/validate/plugins/plugin-run.ts';
import { moduleProblems } from '../../lib/bundle/plugin-module.ts';
import { compileModule } from '../../plugins/build.ts';
import { patient } from '../support/resources.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** At the depth of a plugin's own folder, because the rule imports from the folder above. */
const FOLDER = join('build', 'plugin-docs');
const OUTPUT = join(FOLDER, 'birth-year.wasm');

beforeAll(async () => {
  const page = readFileSync(join(ROOT, 'docs', 'plugins.md'), 'utf8');
  const [, rule = ''] = /```ts\n(.*?)```/s.exec(page) ?? [];
  expect(rule).toContain("'../assembly/stdio'");
  await mkdir(join(ROOT, FOLDER), { recursive: true });
  const source = join(FOLDER, 'birth-year.ts');
  const fromHere = rule.replaceAll("'../assembly/", "'../../plugins/assembly/");
  await writeFile(join(ROOT, source), fromHere);
  await compileModule(source, OUTPUT);
});
afterAll(() => rm(join(ROOT, FOLDER), { recursive: true }));

test('rejects a patient who was born before 1900, and no other', () => {
  const bytes = readFileSync(join(ROOT, OUTPUT));
  expect(moduleProblems(bytes, 64)).toEqual([]);
  const module = new WebAssembly.Module(bytes);
  const rule = { name: 'birth-year', resourceTypes: [], required: true, deadlineMs: 500, module };
  const ask = (fields: Record<string, unknown>) => {
    const text = patient(fields);
    return askPlugin(rule, { text, resource: JSON.parse(text), submittedAt: 0 }, 100);
  };
  expect(ask({ birthDate: '1899-12-31' })).toMatchObject({
    kind: 'issues',
    issues: [{ severity: 'error', code: 'business-rule', expression: 'Patient.birthDate' }],
  });
  for (const fields of [{ birthDate: '1900-01-01' }, { birthDate: undefined }]) {
    expect(ask(fields)).toEqual({ kind: 'issues', issues: [] });
  }
});
