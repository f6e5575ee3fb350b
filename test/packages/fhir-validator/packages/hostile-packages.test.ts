/** What a package of somebody else must not do when it is read and compiled. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ElementDefinition } from 'fhir/r4.js';
import { expect, onTestFinished, test } from 'vitest';
import { GuideCompiler } from '../../../../packages/fhir-validator/compiler/guide/guide-compiler.ts';
import { Library } from '../../../../packages/fhir-validator/compiler/guide/library.ts';
import { filteredCodes } from '../../../../packages/fhir-validator/compiler/value-set-filters.ts';
import { readPackageTarball } from '../../../../packages/fhir-validator/packages/fhir-package.ts';
import { PackageCache } from '../../../../packages/fhir-validator/packages/package-cache.ts';
import { base, types } from '../support/base-definitions.ts';
import { constraint, guide, profile } from '../support/guide.ts';
import { packageFiles, tarball } from '../support/tarball.ts';

const CODE = '1);globalThis.ran=true;(1';
const files = packageFiles('a.b', '1.0.0');
const read = (more: Readonly<Record<string, unknown>>) =>
  readPackageTarball(tarball({ ...files, ...more }), 'a.tgz');

test.each([
  ['min', 'zwölf'],
  ['min', -1],
  ['max', CODE],
  ['max', 1],
  ['maxLength', CODE],
  ['maxLength', [5]],
])(
  'a number that would become code of the validator, %s: %j, is refused and named',
  (key, value) => {
    const element = { id: 'Patient.name:own', [key]: value };
    for (const list of ['snapshot', 'differential']) {
      const structure = { ...profile('p', 'Patient', []), [list]: { element: [{}, element] } };
      expect(() => read({ 'StructureDefinition-p.json': structure })).toThrow(
        `a.tgz, StructureDefinition-p.json: cannot use ${key} of Patient.name:own`,
      );
    }
  },
);

test('elements that are no list are refused', () => {
  const structure = { ...profile('p', 'Patient', []), differential: { element: {} } };
  expect(() => read({ 'StructureDefinition-p.json': structure })).toThrow(
    'cannot use its elements',
  );
});

test.each([
  [{ name: 'a\nglobalThis.ran=true//' }, 'is wrong at name: must be one line of text'],
  [{ version: 'a\u2028globalThis.ran=true//' }, 'is wrong at version'],
  [{ version: 1 }, 'is wrong at version'],
  [{ fhirVersions: '4.0.1' }, 'is wrong at fhirVersions'],
  [{ dependencies: { a: 1 } }, 'is wrong at dependencies.a'],
  [null, 'is wrong'],
  ['{', 'is not JSON'],
])('a package.json of %j is refused, with what is wrong in it', (manifest, what) => {
  expect(() => read({ 'package.json': manifest })).toThrow(`a.tgz: its package.json ${what}`);
});

test('nothing of a guide is code of its module, however it was read', () => {
  const structures = [
    profile('p', 'Observation', [{ id: 'Observation.valueString', maxLength: CODE as never }]),
  ];
  const hostile = guide(structures, [], [], { id: `a\n${CODE}//` });
  const [, module] = new GuideCompiler(new Library(base, [hostile]), [], types, String).compile([
    hostile,
  ]);
  const outsideOfTexts = module?.source.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""') ?? 'none';
  expect(outsideOfTexts).toContain('tooLong(');
  expect(outsideOfTexts).not.toContain('globalThis');
});

const deep = `${'('.repeat(50_000)}true${')'.repeat(50_000)}`;

test.each<[string, Partial<ElementDefinition>]>([
  ['a type that is no list', { type: 'Quantity' as never }],
  ['no type in its list', { type: [null] as never }],
  ['no invariant in its list', { constraint: [null] as never }],
  ['an invariant that nests too deep', constraint('deep-1', deep)],
])('a profile that the compiler cannot read is named: it has %s', (_, element) => {
  const hostile = guide([profile('p', 'Observation', [{ ...element, id: 'Observation.code' }])]);
  const compiler = new GuideCompiler(new Library(base, [hostile]), [], types, String);
  expect(() => compiler.compile([hostile])).toThrow(
    /^example\.guide#1\.0\.0, http:\S+\/p: cannot be compiled: /,
  );
});

test('so is an extension whose context is none', () => {
  const hostile = guide([profile('x', 'Extension', [], { context: [1] as never })]);
  const compiler = new GuideCompiler(new Library(base, [hostile]), [], types, String);
  expect(() => compiler.compile([hostile])).toThrow(/\/x: cannot be compiled: /);
});

test('a dependency whose name is a path is nowhere but in the cache', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cache-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const cache = new PackageCache(join(folder, 'cache'));
  for (const name of [
    { id: '../outside', version: '1.0.0' },
    { id: 'a', version: '1/../../outside' },
  ]) {
    expect(() => cache.add(name, tarball(files))).toThrow('is not the name of a package');
    expect(() => cache.read(name)).toThrow('is not the name of a package');
  }
  expect(readdirSync(folder)).toEqual([]);
  cache.add({ id: 'a.b', version: '1.0.0' }, tarball(files));
  expect(existsSync(join(folder, 'cache', 'a.b#1.0.0', 'package'))).toBe(true);
});

test('a filter by a text that is no regular expression decides nothing', () => {
  const system = {
    resourceType: 'CodeSystem',
    url: 'http://example.org/system',
    status: 'active',
    content: 'complete',
    concept: [{ code: 'a' }],
  } as const;
  const filter = (value: string) =>
    filteredCodes(structuredClone(system) as never, { property: 'code', op: 'regex', value });
  expect(filter('*')).toBeUndefined();
  expect(filter('a*')).toEqual(new Set(['a']));
});

test.runIf(existsSync('/proc'))('a cache where no folder can be made ends at once', () => {
  const cache = new PackageCache('/proc/.fhir/packages');
  expect(() => cache.add({ id: 'a.b', version: '1.0.0' }, tarball(files))).toThrow('ENOENT');
});
