import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../../../packages/fhir-validator/runtime/canonical-json.ts';
import * as fhirpath from '../../../../packages/fhir-validator/runtime/fhirpath.ts';
import {
  areDifferentDates,
  compareDates,
  compareQuantities,
} from '../../../../packages/fhir-validator/runtime/fhirpath-order.ts';
import { compiled } from './invariants.ts';

describe('dates', () => {
  test.each([
    ['2012', '2013', -1],
    ['2012-05-03', '2012-05-02', 1],
    ['2012', '2012-05', Number.NaN],
    ['2012-05-03', '2012-06', -1],
    ['2012-05-03T10:00:00Z', '2012-05-03T10:00:00.000Z', 0],
    ['2012-05-03T10:00:00.1Z', '2012-05-03T10:00:00.09Z', 1],
    ['2012-05-03T10:00:00+02:00', '2012-05-03T09:00:00Z', -1],
    ['2012-05-03T10:00:00Z', '2012-05-03', Number.NaN],
    ['2012-05-03T10:00:00Z', '2012-05-05', -1],
    ['2012-05-03T10:00:00Z', '2012-05', Number.NaN],
    ['2013-05-03T10:00:00Z', '2012', 1],
    ['2012-05-03T10:00:00', '2012-05-03T11:00:00', -1],
    ['2012-05-03T10:00:00', '2012-05-03T11:00:00Z', Number.NaN],
    ['2016-12-31T23:59:60Z', '2017-01-02T01:00:00+01:00', -1],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:59:60+01:00', 0],
    ['2016-12-31T23:59:60Z', '2016-12', Number.NaN],
    ['2012-05-03T10:00:00.0002Z', '2012-05-03T12:00:00.0001+02:00', 1],
    ['2012-05-03T10:00:00.1Z', '2012-05-03T12:00:00.10+02:00', 0],
    ['x', '2012', Number.NaN],
  ])('%s and %s', (left, right, expected) => {
    expect(Math.sign(compareDates(left, right))).toBe(expected);
    expect(Math.sign(-compareDates(right, left)) + 0).toBe(expected);
    expect(areDifferentDates(left, right)).toBe(Math.abs(expected) === 1);
  });
});

test('quantities are ordered only in the same unit', () => {
  const mg = { value: 5, code: 'mg', system: 'u' };
  expect(compareQuantities(mg, { ...mg, value: 7, unit: 'milligram' })).toBeLessThan(0);
  expect(compareQuantities(mg, { ...mg, code: 'g' })).toBeNaN();
  expect(compareQuantities({ value: 5 }, { value: 4 })).toBe(1);
  expect(compareQuantities({ value: 5, unit: 'a' }, { value: 4, unit: 'b' })).toBeNaN();
  expect(compareQuantities(mg, undefined)).toBeNaN();
});

test('equal objects have the same canonical text', () => {
  expect(canonicalJson({ a: 1, b: [{ c: 'x', d: null }] })).toBe(
    canonicalJson({ b: [{ d: null, c: 'x' }], a: 1 }),
  );
  expect(canonicalJson({ a: '1' })).not.toBe(canonicalJson({ a: 1 }));
});

test('lists are looked up again after a resource has changed', () => {
  const root = { id: ['a'] };
  const isMember = (value: string) => fhirpath.isMember(value, root, '.id', () => root.id);
  fhirpath.forgetMembers();
  expect(isMember('b')).toBe(false);
  root.id.push('b');
  fhirpath.forgetMembers();
  expect(isMember('b')).toBe(true);
});

describe('hostile input', () => {
  const SIZE = 100_000;

  test(`${SIZE} references to ${SIZE} contained resources take linear time`, () => {
    const contained = Array.from({ length: SIZE }, (_, at) => ({ id: `r${at}` }));
    const root = { resourceType: 'List', contained };
    const run = compiled({
      path: 'List',
      expression: 'entry.all(item.reference.substring(1) in %rootResource.contained.id)',
    });
    const entry = contained.map(({ id }) => ({ item: { reference: `#${id}` } }));
    const list = { ...root, entry };
    const start = process.threadCpuUsage();
    expect(run({ n: list, x: undefined, res: list, root: list })).toBe(true);
    const { user, system } = process.threadCpuUsage(start);
    expect((user + system) / 1_000).toBeLessThan(2_000);
  });

  test(`R62: ${SIZE} quantities are compared with each other in linear time`, () => {
    // Every second one in grams, of which every second one is as much as one in kilograms.
    const quantities = Array.from({ length: SIZE }, (_, at) => ({
      value: at % 2 === 0 ? at * 500 : at,
      system: 'http://unitsofmeasure.org',
      code: at % 2 === 0 ? 'g' : 'kg',
    }));
    const start = process.threadCpuUsage();
    expect(fhirpath.isDistinct(quantities)).toBe(false);
    expect(fhirpath.distinct(quantities).length).toBeLessThan(SIZE);
    expect(fhirpath.hasAll(quantities, quantities)).toBe(true);
    const { user, system } = process.threadCpuUsage(start);
    expect((user + system) / 1_000).toBeLessThan(4_000);
  });

  test('descendants of any depth are found', () => {
    let deep: object = {};
    for (let at = 0; at < SIZE; at += 1) deep = { item: [deep] };
    expect(fhirpath.descendants([deep])).toHaveLength(SIZE);
  });

  test('properties with the names of inherited ones are found', () => {
    const item = JSON.parse('{"__proto__": {"linkId": 1}, "constructor": [2]}');
    expect(fhirpath.childrenNamed(item, 'toString')).toEqual([]);
    expect(fhirpath.childrenNamed(item, 'linkId')).toEqual([]);
    expect(fhirpath.childrenNamed(item, 'constructor')).toEqual([2]);
  });
});
