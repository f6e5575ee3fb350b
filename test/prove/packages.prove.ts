/**
 * Each package of packages/ is installed from its tarball into an empty folder. Its README's example
 * runs there, its types need nothing that it does not bring, and CommonJS can require it.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';

const PACKAGES = join(import.meta.dirname, '../../packages');
const TSC = join(import.meta.dirname, '../../node_modules/.bin/tsc');
const NAMED_BLOCK = /```js\n\/\/ (\S+)\n(.*?)```/gs;
const PRINTED_BLOCK = /```text\n(.*?)```/s;

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

test.each([
  ['isolation', [], ['main.mjs']],
  ['fhir-validator', [], ['main.mjs']],
  ['local-lambda', ['aws-cdk-lib', 'constructs', '@aws-sdk/client-sqs'], ['app.mjs', 'main.mjs']],
])(
  '%s works alone',
  async (name, others, scripts) => {
    const folder = await mkdtemp(join(tmpdir(), `${name}-`));
    folders.push(folder);
    const run = execa({ cwd: folder, preferLocal: false });
    const { stdout: tarball } = await run`npm pack --silent ${join(PACKAGES, name)}`;
    await writeFile(join(folder, 'package.json'), '{ "private": true }');
    await run`npm install --silent --prefer-offline ./${tarball} ${others} @types/node@24`;
    const readme = await readFile(join(PACKAGES, name, 'README.md'), 'utf8');
    for (const [, file = '', source = ''] of readme.matchAll(NAMED_BLOCK)) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), source);
    }
    let printed = '';
    for (const script of scripts) printed = (await run`${process.execPath} ${script}`).stdout;
    expect(`${printed}\n`).toBe(PRINTED_BLOCK.exec(readme)?.[1]);
    const specifier = `@fhir-failsafe/${name}`;
    for (const ending of ['mts', 'cts']) {
      await writeFile(join(folder, `types.${ending}`), `export * from '${specifier}';\n`);
    }
    await run`${TSC} --ignoreConfig --skipLibCheck false --noEmit --strict --module nodenext --target es2024 --types node types.mts types.cts`;
    const required = `console.log(Object.keys(require('${specifier}')).length)`;
    expect(Number((await run`${process.execPath} -e ${required}`).stdout)).toBeGreaterThan(0);
  },
  300_000,
);
