import { mkdir, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BuildError, ensureBuilt } from '../../demo/build.ts';

let root: string;
const said: string[] = [];
const MANIFEST = join('build', 'local', 'manifest.json');
const builtMs = async () => (await stat(join(root, MANIFEST))).mtimeMs;
const build = () => ensureBuilt(root, (line) => said.push(line));

beforeEach(async () => {
  said.length = 0;
  root = await mkdtemp(join(tmpdir(), 'failsafe-build-'));
  await mkdir(join(root, 'core'));
  await writeFile(join(root, 'core', 'a.ts'), '');
  await usesScript(`mkdir -p build/local && touch ${MANIFEST}`);
});
afterEach(() => rm(root, { recursive: true }));

const usesScript = (script: string) =>
  writeFile(join(root, 'package.json'), JSON.stringify({ scripts: { build: script } }));

it('builds once if nothing was built, and says so', async () => {
  await build();
  expect(said).toEqual([expect.stringMatching(/^Not built yet/)]);
  const first = await builtMs();
  await build();
  expect(await builtMs()).toBe(first);
  expect(said).toHaveLength(1);
});

it('builds again if a source is newer, generated code excepted', async () => {
  await build();
  const later = (await builtMs()) / 1000 + 10;
  await mkdir(join(root, 'packages', 'fhir-validator', 'generated'), { recursive: true });
  await writeFile(join(root, 'packages', 'fhir-validator', 'generated', 'validator.js'), '');
  await utimes(join(root, 'packages', 'fhir-validator', 'generated', 'validator.js'), later, later);
  await build();
  expect(said).toHaveLength(1);
  await utimes(join(root, 'core', 'a.ts'), later, later);
  await build();
  expect(said.at(-1)).toMatch(/^Sources changed/);
});

it.each([
  [
    'a plugin’s module that the config names',
    'rust/target/rule.wasm',
    "[{ file: 'rust/target/rule.wasm' }]",
  ],
  ['a file that the config imports', 'clinics.ts', ''],
  ['a file that such a file names', 'more/rules.wasm', ''],
])('builds again if %s is newer', async (_, file, plugins) => {
  await mkdir(join(root, 'rust', 'target'), { recursive: true });
  await mkdir(join(root, 'more'));
  await writeFile(
    join(root, 'failsafe.config.ts'),
    `import { clinics } from './clinics.ts';\nexport default { clinics, plugins: ${plugins || '[]'} };`,
  );
  await writeFile(join(root, 'clinics.ts'), `export const clinics = ['./more/rules.wasm', 'a.b'];`);
  for (const each of ['rust/target/rule.wasm', 'more/rules.wasm']) {
    await writeFile(join(root, each), '');
  }
  await build();
  await build();
  expect(said).toHaveLength(1);
  const later = (await builtMs()) / 1000 + 10;
  await utimes(join(root, file), later, later);
  await build();
  expect(said.at(-1)).toMatch(/^Sources changed/);
});

it('says that the build failed', async () => {
  await usesScript('exit 3');
  await expect(build()).rejects.toThrow(BuildError);
});
