import { expect, test } from 'vitest';
import { closest } from '../../terminal/closest.ts';

const URLS = [
  'http://a.b/StructureDefinition/us-core-patient',
  'http://a.b/StructureDefinition/bp',
];

test.each([
  ['us-core-patient', 0],
  ['http://other/us-core-pateint', 0],
  ['http://a.b/StructureDefinition/US-Core-Patient|8.0.0', 0],
  ['http://a.b/StructureDefinition/pb', undefined],
  ['http://a.b/StructureDefinition/b', 1],
  ['organization', undefined],
])('the closest name to %s is found, or none', (wanted, index) => {
  expect(closest(wanted, URLS)).toBe(index === undefined ? undefined : URLS[index]);
});
