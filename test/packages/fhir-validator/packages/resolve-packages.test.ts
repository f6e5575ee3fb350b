import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  NO_LOCK,
  readLock,
  writeLock,
} from '../../../../packages/fhir-validator/packages/lock-file.ts';
import { PackageCache } from '../../../../packages/fhir-validator/packages/package-cache.ts';
import { nameOf } from '../../../../packages/fhir-validator/packages/package-name.ts';
import { PackageRegistry } from '../../../../packages/fhir-validator/packages/package-registry.ts';
import { resolvePackages } from '../../../../packages/fhir-validator/packages/resolve-packages.ts';
import { packageFiles, tarball } from '../support/tarball.ts';

const UNREACHABLE = 'http://127.0.0.1:9';

let root: string;
let server: Server | undefined;
let asked: string[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'packages-'));
  asked = [];
});
afterEach(() => {
  server?.close();
  server = undefined;
  rmSync(root, { recursive: true, force: true });
});

/** A registry with these packages, each with id, version and dependencies. */
async function registryOf(
  ...packages: readonly (readonly [string, string, Readonly<Record<string, string>>?])[]
): Promise<string> {
  server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const [, id, version] = url.split('/');
    const own = packages.filter(([name]) => name === id);
    const found = own.find(([, each]) => each === version);
    if (version === undefined && own.length > 0) {
      const versions = Object.fromEntries(own.map(([, each]) => [each, {}]));
      response.end(JSON.stringify({ versions }));
    } else if (found) response.end(tarball(packageFiles(...found)));
    else response.writeHead(404).end();
  });
  await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const resolved = (specs: string[], registry = UNREACHABLE, lock = NO_LOCK) =>
  resolvePackages(specs, {
    root,
    cache: new PackageCache(join(root, 'cache')),
    registry: new PackageRegistry(registry, fetch),
    lock,
  });

function put(name: string, files: Readonly<Record<string, unknown>>): string {
  writeFileSync(join(root, name), tarball(files));
  return `./${name}`;
}

function putFolder(path: string, files: Readonly<Record<string, unknown>>): string {
  mkdirSync(join(root, path), { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(join(root, path, file), JSON.stringify(content));
  }
  return `./${path}`;
}

test('a tarball, the folder that it unpacks to, and the folder in it are the same package', async () => {
  const files = packageFiles('a.b', '1.0.0');
  const specs = [put('a.tgz', files), putFolder('flat', files), putFolder('outer/package', files)];
  const { configured } = await resolved([...specs.slice(0, 2), './outer']);
  expect(configured.map(nameOf)).toEqual(['a.b#1.0.0', 'a.b#1.0.0', 'a.b#1.0.0']);
  expect(new Set(configured.map(({ integrity }) => integrity)).size).toBe(1);
});

test('definitions are recognised by their content, not by file names', async () => {
  const { 'ValueSet-a.json': valueSet, ...rest } = packageFiles('a.b', '1.0.0');
  const { configured } = await resolved([put('a.tgz', { ...rest, 'odd.json': valueSet })]);
  expect(configured[0]?.definitions.valueSets.size).toBe(1);
});

test.each([
  [
    'no definitions',
    { 'package.json': { name: 'a.b', version: '1.0.0' } },
    /no StructureDefinition/,
  ],
  [
    'another FHIR',
    { ...packageFiles('a.b', '1.0.0'), 'package.json': { fhirVersions: ['5.0.0'] } },
    /5\.0\.0/,
  ],
  ['no JSON', { 'ValueSet-a.json': '{' }, /not JSON/],
])('a package of %s is refused', async (_name, files, message) => {
  await expect(resolved([put('a.tgz', files)])).rejects.toThrow(message);
});

test('a missing path, or one that is not a package, is refused by its name', async () => {
  writeFileSync(join(root, 'broken.tgz'), 'no archive');
  await expect(resolved(['./broken.tgz'])).rejects.toThrow(/broken\.tgz.*not a gzipped tar/);
  await expect(resolved(['./none'])).rejects.toThrow(/\.\/none.*id#version/);
});

test('a package by name comes from the registry with its dependencies, then from the cache', async () => {
  const registry = await registryOf(
    ['a.b', '1.0.0', { 'c.d': '2.0.x' }],
    ['c.d', '2.0.1'],
    ['c.d', '2.0.9'],
    ['c.d', '2.1.0'],
  );
  const first = await resolved(['a.b#1.0.0'], registry);
  expect(first.configured.map(nameOf)).toEqual(['a.b#1.0.0']);
  expect(first.dependencies.map(nameOf)).toEqual(['c.d#2.0.9']);
  const count = asked.length;
  const offline = await resolved(['a.b#1.0.0'], UNREACHABLE, first.lock);
  expect(offline.dependencies.map(nameOf)).toEqual(['c.d#2.0.9']);
  expect(offline.missing).toEqual([]);
  expect(asked.length).toBe(count);
});

test('offline, a missing package is named, with the package that needs it', async () => {
  const wanted = { 'c.d': '1.0.0', 'e.f': '1.0.0', 'hl7.fhir.r4.core': '4.0.1' };
  const { missing } = await resolved([put('a.tgz', packageFiles('a.b', '1.0.0', wanted))]);
  expect(missing.map((each) => [nameOf(each), each.wantedBy])).toEqual([
    ['c.d#1.0.0', 'a.b#1.0.0'],
    ['e.f#1.0.0', 'a.b#1.0.0'],
  ]);
  expect(missing[0]?.reason).toMatch(/cannot be reached/);
  await expect(resolved(['c.d#1.0.0'])).rejects.toThrow(/c\.d#1\.0\.0: not in .*cannot be reached/);
});

test.each([
  [404, false],
  [403, false],
  [429, true],
  [500, true],
  [503, true],
])('a registry that answers %i may have the package later: %s', async (status, may) => {
  server = createServer((_, response) => response.writeHead(status).end());
  await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done));
  const registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const error = await resolved(['c.d#1.0.0'], registry).catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ message: expect.stringContaining(`status ${status}`) });
  expect(error).toHaveProperty('cause.name', may ? 'RegistryOutage' : 'RegistryError');
});

test('a configured package replaces other versions of itself', async () => {
  const specs = [
    put('a.tgz', packageFiles('a.b', '1.0.0', { 'c.d': '1.5.0' })),
    put('c.tgz', packageFiles('c.d', '1.6.0')),
  ];
  const { dependencies, remarks } = await resolved(specs);
  expect(dependencies).toEqual([]);
  expect(remarks).toEqual(['a.b#1.0.0 asks for c.d#1.5.0; the configured 1.6.0 is used instead']);
});

test('the newest requested version of a dependency is used', async () => {
  const registry = await registryOf(['c.d', '1.0.0'], ['c.d', '1.10.0'], ['c.d', '1.9.0']);
  const specs = [
    put('a.tgz', packageFiles('a', '1.0.0', { 'c.d': '1.9.0' })),
    put('b.tgz', packageFiles('b', '1.0.0', { 'c.d': '1.10.0' })),
    put('e.tgz', packageFiles('e', '1.0.0', { 'c.d': '1.0.0' })),
  ];
  const { dependencies } = await resolved(specs, registry);
  expect(dependencies.map(nameOf)).toEqual(['c.d#1.10.0']);
});

test('the lock file pins content and versions, but not a folder of the user’s', async () => {
  const files = packageFiles('a.b', '1.0.0');
  const spec = put('a.tgz', files);
  const { lock } = await resolved([spec]);
  const file = join(root, 'lock.json');
  writeLock(file, lock);
  expect(readLock(file)).toEqual(lock);
  await expect(resolved([spec], UNREACHABLE, readLock(file))).resolves.toBeDefined();

  const changed = { ...files, 'ValueSet-a.json': { ...files['ValueSet-a.json'], status: 'draft' } };
  put('a.tgz', changed);
  await expect(resolved([spec], UNREACHABLE, readLock(file))).rejects.toThrow(/lock\.json/);
  const folder = putFolder('a', changed);
  await expect(resolved([folder], UNREACHABLE, readLock(file))).resolves.toBeDefined();
});
