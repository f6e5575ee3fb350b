import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sourceNames } from '../../../functions/validate/source-names.ts';
import { deathByError } from '../../../packages/isolation/death.ts';

const folder = mkdtempSync(join(tmpdir(), 'failsafe-names-'));
const bundle = pathToFileURL(join(folder, 'worker.cjs'));
const SOURCE = `function check(text: string): string {
  return readFirst(text).toUpperCase();
}

function readFirst(text: string): string {
  if (text === '') throw new RangeError('nothing');
  return text.charAt(0);
}

for (const text of ['a', '']) console.error(check(text));
`;
/** As a worker's thread reports it. */
let reason: string;

beforeAll(async () => {
  writeFileSync(join(folder, 'source.ts'), SOURCE);
  await build({
    entryPoints: [join(folder, 'source.ts')],
    outfile: join(folder, 'worker.cjs'),
    minify: true,
    format: 'cjs',
    sourcemap: 'linked',
  });
  const [error] = await once(new Worker(bundle, { execArgv: [], stderr: true }), 'error');
  ({ reason } = deathByError(error));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('R07: the places of a crash, and its functions, are those of the sources', () => {
  expect(reason).toMatch(/^RangeError at \w \(worker\.cjs:/);
  expect(sourceNames(bundle)(reason)).toMatch(
    /^RangeError at readFirst \(source\.ts:6:\d+\) at check \(source\.ts:2:\d+\) at Object\.<anonymous> \(source\.ts:10:\d+\)$/,
  );
});

test('a reason without places, and places elsewhere, stay as they are', () => {
  const name = sourceNames(bundle);
  expect(name('no verdict within 5000 ms')).toBe('no verdict within 5000 ms');
  expect(name('Error at f (other.mjs:1:1) at g (judge.ts:3:1)')).toBe(
    'Error at f (other.mjs:1:1) at g (judge.ts:3:1)',
  );
});

test('a bundle without a map keeps its places', () => {
  const name = sourceNames(new URL('file:///no/such/worker.cjs'));
  expect(name('Error at f (worker.cjs:1:1)')).toBe('Error at f (worker.cjs:1:1)');
});
