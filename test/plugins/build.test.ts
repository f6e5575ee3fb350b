import { execa } from 'execa';
import { expect, test } from 'vitest';
import { buildPlugins } from '../../plugins/build.ts';

test('builds all plugins, or those that are wanted', async () => {
  expect(await buildPlugins()).toEqual(['chaos', 'cpf']);
  expect(await buildPlugins((name) => name === 'cpf')).toEqual(['cpf']);
});

test('`npm run build` builds those that the config names: here none', async () => {
  const { stderr } = await execa('npm', ['run', '--silent', 'build:plugins', '--', '--configured']);
  expect(stderr).toBe('');
});
