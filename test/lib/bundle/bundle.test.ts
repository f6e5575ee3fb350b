import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BUNDLE_BYTES_MAX, bundleFunctions } from '../../../lib/bundle/bundle.ts';

let root: string;
let outDir: string;

async function source(path: string, text: string): Promise<void> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

const bundle = (bytesMax?: number) =>
  bundleFunctions({ names: ['sample'], root, outDir, ...(bytesMax !== undefined && { bytesMax }) });

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'failsafe-bundle-'));
  outDir = join(root, 'build', 'functions');
  await source('functions/sample/handler.ts', 'export const handler = (x: number) => x + 1;\n');
});
afterEach(() => rm(root, { recursive: true }));

describe('bundleFunctions', () => {
  it('makes one ESM file that runs, with its source map beside it', async () => {
    await source('lib-cjs/package.json', '{}');
    await source('lib-cjs/index.cjs', "module.exports = require('node:path').sep;\n");
    await source(
      'functions/sample/handler.ts',
      "import sep from '../../lib-cjs/index.cjs';\nexport const handler = () => sep;\n",
    );
    await bundle();
    expect(await readdir(join(outDir, 'sample'))).toEqual(['handler.mjs', 'handler.mjs.map']);
    const built = await import(pathToFileURL(join(outDir, 'sample', 'handler.mjs')).href);
    expect(built.handler()).toBe('/');
  });

  it('bundles the module of a thread as CommonJS beside the handler, and starts it', async () => {
    const posted =
      "import { parentPort } from 'node:worker_threads';\nparentPort?.postMessage(7);\n";
    await source('functions/sample/worker.ts', posted);
    await bundle();
    expect(await readdir(join(outDir, 'sample'))).toEqual([
      'handler.mjs',
      'handler.mjs.map',
      'worker.cjs',
      'worker.cjs.map',
    ]);
    const [word] = await once(new Worker(join(outDir, 'sample', 'worker.cjs')), 'message');
    expect(word).toBe(7);
  });

  it('makes the same bytes again, rewrites no file that is up to date, and removes stale files', async () => {
    await bundle();
    const file = join(outDir, 'sample', 'handler.mjs');
    const first = await readFile(file);
    await utimes(file, 1, 1);
    await writeFile(join(outDir, 'sample', 'left-over.mjs'), '');

    await bundle();
    expect(await readFile(file)).toEqual(first);
    expect((await stat(file)).mtimeMs).toBe(1000);
    expect(await readdir(join(outDir, 'sample'))).not.toContain('left-over.mjs');
  });

  it('rewrites a file that has changed', async () => {
    await bundle();
    await source('functions/sample/handler.ts', 'export const handler = () => "changed";\n');
    await bundle();
    expect(await readFile(join(outDir, 'sample', 'handler.mjs'), 'utf8')).toContain('changed');
  });

  it('refuses a function without a handler by name', async () => {
    const absent = bundleFunctions({ names: ['absent'], root, outDir });
    await expect(absent).rejects.toThrow('functions/absent/handler.ts does not exist');
  });

  it('refuses a function that is too large, by name and size', async () => {
    expect(BUNDLE_BYTES_MAX).toBe(600_000);
    await source(
      'functions/sample/handler.ts',
      `export const handler = () => '${'x'.repeat(BUNDLE_BYTES_MAX)}';\n`,
    );
    await expect(bundle()).rejects.toThrow(/functions\/sample loads 600\d\d\d bytes .* 600000/);
  });

  it('measures the generated validator separately', async () => {
    await source(
      'packages/fhir-validator/generated/validator.js',
      `export const rules = '${'x'.repeat(5000)}';\n`,
    );
    await source(
      'functions/sample/worker.ts',
      "import { rules } from '../../packages/fhir-validator/generated/validator.js';\nexport const worker = () => rules;\n",
    );
    const [size] = await bundle(1000);
    expect(size?.bytes).toBeGreaterThan(5000);
    expect(size?.handlerBytes).toBeLessThan(1000);
    expect(size?.validatorBytes).toBeGreaterThan(4999);
  });
});
