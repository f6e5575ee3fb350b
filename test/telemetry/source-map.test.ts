import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nameSources } from '../../telemetry/source-map.ts';

const folder = mkdtempSync(join(tmpdir(), 'failsafe-places-'));
let fail: () => never;
beforeAll(async () => {
  writeFileSync(
    join(folder, 'source.ts'),
    "\n\nexport function fail(): never {\n  throw new Error('broken');\n}\n",
  );
  await build({
    entryPoints: [join(folder, 'source.ts')],
    outfile: join(folder, 'bundle.mjs'),
    minify: true,
    format: 'esm',
    sourcemap: 'linked',
  });
  ({ fail } = await import(/* @vite-ignore */ pathToFileURL(join(folder, 'bundle.mjs')).href));
});
afterAll(() => rmSync(folder, { recursive: true }));

function thrown(): Error {
  try {
    return fail();
  } catch (error) {
    return error as Error;
  }
}

test('R07: a stack names the line of the source, and keeps what has no map', () => {
  const error = thrown();
  error.stack += '\n    at elsewhere (file:///no/such/other.mjs:1:1)';
  nameSources(error);
  expect(error.stack).toMatch(/source\.ts:4:\d+/);
  expect(error.stack).toContain('file:///no/such/other.mjs:1:1');
});

test('what is no error, or has no stack, stays as it is', () => {
  expect(() => nameSources('text')).not.toThrow();
  const error = new Error('without');
  delete error.stack;
  nameSources(error);
  expect(error.stack).toBeUndefined();
});
