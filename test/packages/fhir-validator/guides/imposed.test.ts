/** https://hl7.org/fhir/extensions/StructureDefinition-structuredefinition-imposeProfile.html */
import { beforeAll, expect, test } from 'vitest';
import { CANONICAL, guide, profile } from '../support/guide.ts';
import { patient } from '../support/patient.ts';
import { compiledGuides } from '../support/profiled.ts';

const IMPOSE = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-imposeProfile';
const imposing = (...names: string[]) => ({
  extension: names.map((each) => ({
    url: IMPOSE,
    valueCanonical: each.includes('/') ? each : CANONICAL + each,
  })),
});
const needs = (name: string, element: string, ...names: string[]) =>
  profile(name, 'Patient', [{ id: `Patient.${element}`, min: 1 }], imposing(...names));

const structures = [
  needs('active', 'active'),
  needs('gender', 'gender', 'active'),
  profile('derived', { type: 'Patient', url: `${CANONICAL}gender` }, []),
  profile('further', { type: 'Patient', url: `${CANONICAL}derived` }, []),
  needs('one', 'name', 'two', 'active'),
  needs('two', 'birthDate', 'one', 'active', 'two'),
  profile('typed', 'Patient', [], imposing('http://hl7.org/fhir/StructureDefinition/Patient')),
  profile('missing', 'Patient', [], imposing('not-loaded')),
];
let guides: Awaited<ReturnType<typeof compiledGuides>>;
beforeAll(async () => {
  guides = await compiledGuides([guide(structures)], 'with-imposed');
});
const missing = (names: string | readonly string[], more: Record<string, unknown> = {}) =>
  guides
    .validate({
      ...patient(more),
      meta: { profile: [names].flat().map((name) => CANONICAL + name) },
    })
    .flatMap(({ rule, text }) =>
      rule === 'profile/min' ? [/: (\w+) is required/.exec(text)?.[1]] : [],
    );

test('a resource must conform to the profiles that its profile imposes', () => {
  expect(missing('gender')).toEqual(['gender', 'active']);
  expect(missing('gender', { gender: 'other', active: true })).toEqual([]);
});

test('and to those that the bases of its profile impose', () => {
  expect(missing('derived')).toEqual(['gender', 'active']);
  expect(missing('further')).toEqual(['gender', 'active']);
});

test('each is checked once, also if profiles impose each other', () => {
  expect(missing('one')).toEqual(['name', 'birthDate', 'active']);
  expect(missing('two')).toEqual(['birthDate', 'name', 'active']);
});

test('one that is declared too is checked once, and so is one that two impose', () => {
  expect(missing(['gender', 'active'])).toEqual(['gender', 'active']);
  expect(missing(['active', 'gender'])).toEqual(['active', 'gender']);
  expect(missing(['gender', 'two'])).toEqual(['gender', 'active', 'birthDate', 'name']);
});

test('a type imposes nothing', () => expect(missing('typed')).toEqual([]));

test('one that is not loaded cannot be enforced, and fails the build', () => {
  expect(guides.gaps).toEqual([
    {
      profile: `${CANONICAL}missing`,
      what: `imposed profile ${CANONICAL}not-loaded`,
      why: 'it is not loaded',
      isOpen: false,
    },
  ]);
});
