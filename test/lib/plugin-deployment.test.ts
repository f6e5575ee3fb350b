/** What a new version of one plugin changes in a deployment, and what it leaves alone. */
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { copyPlugins } from '../../lib/bundle/plugin-files.ts';
import type { ConfigInput } from '../../lib/config/config.ts';
import { loadConfig } from '../../lib/config/config-load.ts';
import { wasm } from '../support/wasm.ts';
import { buildStack, bundles, resourcesOf } from './synthesized.ts';

const UNREACHABLE = [0x00];
const FILE: ConfigInput = {
  plugins: [
    { name: 'first', file: 'a.wasm', mode: 'required' },
    { name: 'second', file: 'b.wasm', mode: 'advisory' },
  ],
};

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'failsafe-deployment-'));
});
afterEach(() => rm(root, { recursive: true }));

/** Hashes of files by their path. */
async function filesIn(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const hashed = files.map(async ({ parentPath, name }) => {
    const path = join(parentPath, name);
    const hash = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    return [path.slice(folder.length + 1), hash] as const;
  });
  return new Map(await Promise.all(hashed));
}

/** Bundles and template of a deployment with these two modules. */
async function deployment(version: string, first: Uint8Array, second: Uint8Array) {
  await writeFile(join(root, 'a.wasm'), first);
  await writeFile(join(root, 'b.wasm'), second);
  const built = join(root, version);
  await cp(bundles, built, { recursive: true });
  await copyPlugins(loadConfig(FILE, {}), root, join(built, 'validate'));
  const { stack } = buildStack({}, FILE, undefined, built);
  return { files: await filesIn(built), template: Template.fromStack(stack) };
}

function differing(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>) {
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (key) => before.get(key) !== after.get(key),
  );
}

/** Each property of the template by its path, such as `Id.Properties.Code.S3Key`. */
function flat(value: unknown, path: string): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[path, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) => flat(inner, `${path}.${key}`));
}

test('a new version of one plugin changes its own bytes, and no other plugin or function', async () => {
  const second = wasm({});
  const before = await deployment('v1', wasm({ body: UNREACHABLE }), second);
  const after = await deployment('v2', wasm({}), second);

  expect([...before.files.keys()]).toContain(join('validate', 'plugins', 'second.wasm'));
  expect(differing(before.files, after.files)).toEqual([join('validate', 'plugins', 'first.wasm')]);

  const [old, young] = [before, after].map(({ template }) => new Map(flat(template.toJSON(), '')));
  const functions = Object.entries(resourcesOf(after.template, 'AWS::Lambda::Function'));
  const named = (path: string) =>
    functions.reduce(
      (text, [id, { Properties }]) => text.replace(id, String(Properties['FunctionName'])),
      path,
    );
  const changed = differing(old ?? new Map(), young ?? new Map());
  expect(changed.map(named).toSorted()).toEqual([
    // The audit log records for each entry which code wrote it.
    '.Resources.fhir-failsafe-dev-audit.Properties.Environment.Variables.CODE_HASH',
    '.Resources.fhir-failsafe-dev-validate-background.Properties.Code.S3Key',
    '.Resources.fhir-failsafe-dev-validate-critical.Properties.Code.S3Key',
  ]);
});
