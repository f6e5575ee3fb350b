import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { buildPlugins, compileModule } from '../../plugins/build.ts';
import { whatWentWrong } from '../../terminal/explain-error.ts';

test('builds all plugins, or those that are wanted', async () => {
  expect(await buildPlugins()).toEqual(['chaos', 'cpf']);
  expect(await buildPlugins((name) => name === 'cpf')).toEqual(['cpf']);
});

test('`npm run build` builds those that the config names: here none', async () => {
  const { stderr } = await execa('npm', ['run', '--silent', 'build:plugins', '--', '--configured']);
  expect(stderr).toBe('');
});

test('what does not compile is shown as the compiler drew it, and nothing of it moves the cursor', async () => {
  const folder = 'build/test-broken-plugin';
  await mkdir(folder, { recursive: true });
  onTestFinished(() => rm(folder, { recursive: true }));
  const source = join(folder, 'broken.ts');
  await writeFile(source, 'const x: Nope = "\u001b[2J"\n');
  const error = await compileModule(source, join(folder, 'broken.wasm')).catch((it) => it);
  const { text, status } = whatWentWrong(error, { env: {}, argv: [] });
  expect(status).toBe(1);
  const lines = text.split('\n');
  expect(lines[0]).toBe(`${source} does not compile`);
  expect(lines[1]).toBe("ERROR TS2304: Cannot find name 'Nope'.");
  expect(text).toContain('const x: Nope = "\\u001b[2J"');
});
