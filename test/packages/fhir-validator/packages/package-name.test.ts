import { expect, test } from 'vitest';
import {
  compareVersions,
  newestMatching,
  parsePackageName,
} from '../../../../packages/fhir-validator/packages/package-name.ts';

test('a package name has an id and a version; anything else is a path', () => {
  expect(parsePackageName('hl7.fhir.us.core#8.0.0')).toEqual({
    id: 'hl7.fhir.us.core',
    version: '8.0.0',
  });
  expect(parsePackageName('./us_core.tgz')).toBeUndefined();
  expect(parsePackageName('folder')).toBeUndefined();
});

test.each([
  ['1.0.x', '1.0.10'],
  ['^1.0.0', '1.2.0'],
  ['~1.0.2', '1.0.10'],
  ['latest', '2.0.0'],
  ['2.1.0-ballot', '2.1.0-ballot'],
  ['3.x', undefined],
])('%s is %s', (wanted, expected) => {
  const versions = ['1.0.2', '1.0.10', '1.2.0', '2.0.0', '2.1.0-ballot'];
  expect(newestMatching(versions, wanted)).toBe(expected);
});

test('versions are ordered by their numbers, a pre-release before its release', () => {
  const sorted = ['1.0.0', '1.0.0-ballot', '0.9.9', '1.0.10', '1.0.9'].sort(compareVersions);
  expect(sorted).toEqual(['0.9.9', '1.0.0-ballot', '1.0.0', '1.0.9', '1.0.10']);
});
