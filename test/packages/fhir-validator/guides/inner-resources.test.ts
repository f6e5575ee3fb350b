/** Profiles that constrain elements of resources within the resource: in Bundles, and contained ones. */
import { beforeAll, describe, expect, test } from 'vitest';
import { by, CANONICAL, constraint, guide, profile } from '../support/guide.ts';
import { observation, patient } from '../support/patient.ts';
import { compiledGuides } from '../support/profiled.ts';

type Json = Record<string, unknown>;

const SYSTEM = 'http://example.org/system';
const coded = (code: string) => ({ coding: [{ system: SYSTEM, code }] });
const ofType = (code: string) => ({ min: 1, type: [{ code }] });

const structures = [
  profile('ward-round', 'Bundle', [
    { id: 'Bundle.entry', ...by('type', 'resource') },
    { id: 'Bundle.entry:patient', sliceName: 'patient', min: 1, max: '1' },
    { id: 'Bundle.entry:patient.resource', ...ofType('Patient') },
    { id: 'Bundle.entry:patient.resource.active', min: 1 },
    { id: 'Bundle.entry:patient.resource.name.family', min: 1 },
  ]),
  profile('by-code', 'Bundle', [
    { id: 'Bundle.entry', ...by('value', 'resource.code') },
    { id: 'Bundle.entry:weight', sliceName: 'weight', min: 1, max: '1' },
    { id: 'Bundle.entry:weight.resource', ...ofType('Observation') },
    { id: 'Bundle.entry:weight.resource.code', patternCodeableConcept: coded('weight') },
    {
      id: 'Bundle.entry:weight.resource.value[x]',
      ...ofType('string'),
      ...constraint('own-1', "%resource.status = 'final'"),
    },
  ]),
  profile('with-patient', 'Observation', [
    { id: 'Observation.contained', ...by('type', '$this') },
    { id: 'Observation.contained:patient', sliceName: 'patient', type: [{ code: 'Patient' }] },
    { id: 'Observation.contained:patient.active', min: 1 },
  ]),
];

let validate: Awaited<ReturnType<typeof compiledGuides>>['validate'];

beforeAll(async () => {
  const compiled = await compiledGuides([guide(structures)], 'inner-resources');
  expect(compiled.gaps).toEqual([]);
  validate = compiled.validate;
});

function found(name: string, resource: Json): string[] {
  const meta = { profile: [CANONICAL + name] };
  return validate({ ...resource, meta })
    .filter(({ severity }) => severity === 'error')
    .map(({ rule, expression }) => `${rule} ${expression}`);
}

const bundle = (...resources: Json[]) => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: resources.map((resource, i) => ({
    fullUrl: `http://example.org/fhir/${String(resource['resourceType'])}/${i}`,
    resource: { ...resource, id: `${i}` },
  })),
});

describe('elements of a resource in a Bundle', () => {
  const of = (...resources: Json[]) => found('ward-round', bundle(...resources));

  test('are required as the profile says', () => {
    expect(of(patient({ active: true, name: [{ family: 'a' }] }))).toEqual([]);
    expect(of(patient({ name: [{ text: 'a' }] }))).toEqual([
      'profile/min Bundle.entry[0].resource',
      'profile/min Bundle.entry[0].resource.name[0]',
    ]);
  });

  test('are not required of resources in no slice', () => {
    expect(of(patient({ active: true }), observation({}))).toEqual([]);
  });
});

describe('a code of a resource in a Bundle', () => {
  const weight = (more: Json) => observation({ code: coded('weight'), ...more });
  const of = (...resources: Json[]) => found('by-code', bundle(...resources));

  test('tells its slice', () => {
    expect(of(weight({ valueString: 'a' }), observation({ code: coded('height') }))).toEqual([]);
    expect(of(observation({ code: coded('height') }))).toEqual(['profile/min Bundle']);
    expect(of(weight({}))).toEqual(['profile/min Bundle.entry[0].resource']);
  });

  test('%resource is the resource in the entry', () => {
    expect(of(weight({ valueString: 'a', status: 'amended' }))).toEqual([
      'own-1 Bundle.entry[0].resource.value.ofType(string)',
    ]);
  });
});

test('elements of a contained resource are required as the profile says', () => {
  const of = (contained: Json) =>
    found('with-patient', observation({ contained: [contained], subject: { reference: '#a' } }));
  expect(of({ resourceType: 'Patient', id: 'a', active: false })).toEqual([]);
  expect(of({ resourceType: 'Patient', id: 'a' })).toEqual([
    'profile/min Observation.contained[0]',
  ]);
  expect(of({ resourceType: 'Device', id: 'a' })).toEqual([]);
});
