import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { problemsOf } from '../../.ci/lockfile.mjs';

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'));

const HASH = `sha512-${'a'.repeat(86)}==`;
const locked = (packages: Record<string, unknown>) => ({
  lockfileVersion: 3,
  packages: { '': { name: 'ours' }, ...packages },
});
const manifest = { allowScripts: { node: true, other: false } };

test('our lockfile has no problems', () => {
  expect(problemsOf(read('package-lock.json'), read('package.json'))).toEqual([]);
});

test('scripts are allowed by name; bundled packages are covered by the hash of their bundle', () => {
  const sound = {
    'node_modules/node': { integrity: HASH, hasInstallScript: true },
    'node_modules/@a/b': { integrity: HASH },
    'node_modules/@a/b/node_modules/c': { inBundle: true },
    'node_modules/@a/b/node_modules/c/node_modules/d': { inBundle: true },
  };
  expect(problemsOf(locked(sound), manifest)).toEqual([]);
});

test('a workspace and the link to it are accepted as ours', () => {
  const entries = {
    'packages/ours': { name: '@a/ours', version: '1.0.0' },
    'node_modules/@a/ours': { resolved: 'packages/ours', link: true },
  };
  expect(problemsOf(locked(entries), { ...manifest, workspaces: ['packages/ours'] })).toEqual([]);
  expect(problemsOf(locked(entries), manifest)).not.toEqual([]);
});

test.each([
  ['has no hash', { a: {} }, /a: has no SHA-512/],
  ['has a weak hash', { a: { integrity: 'sha1-x' } }, /a: has no SHA-512/],
  ['has a cut hash', { a: { integrity: 'sha512-abc==' } }, /a: has no SHA-512/],
  [
    'names a host that is not the registry',
    { a: { integrity: HASH, resolved: 'git+ssh://git@example.org/a.git' } },
    /a: comes from a place of its own/,
  ],
  ['is another package', { a: { integrity: HASH, name: 'evil' } }, /a: is evil/],
  ['is a folder', { a: { integrity: HASH, link: true } }, /a: is a link/],
  ['is in no bundle', { a: { inBundle: true } }, /a: is in no bundle/],
  ['runs a script', { a: { integrity: HASH, hasInstallScript: true } }, /a: has an install script/],
  ['may not', { other: { integrity: HASH, hasInstallScript: true } }, /other: has an install/],
])('an entry is refused that %s', (_, entries, problem) => {
  const packages = Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => [`node_modules/${name}`, entry]),
  );
  expect(problemsOf(locked(packages), manifest)).toEqual([expect.stringMatching(problem)]);
});

test('a lockfile in another format is refused', () => {
  expect(problemsOf({ lockfileVersion: 1 }, manifest)).toHaveLength(1);
});
