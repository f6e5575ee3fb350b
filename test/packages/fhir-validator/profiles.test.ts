import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { errors, observation, patient, warnings } from './support/patient.ts';
import { compiledWith } from './support/profiled.ts';

const BASE = 'http://example.org/fhir';
const PATIENT = `${BASE}/StructureDefinition/ward-patient`;
const OBSERVATION = `${BASE}/StructureDefinition/ward-observation`;

let wards: Awaited<ReturnType<typeof compiledWith>>;
beforeAll(async () => {
  wards = await compiledWith(fileURLToPath(new URL('package', import.meta.url)), 'with-wards');
});

const found = (resource: Record<string, unknown>) =>
  wards
    .validate(resource)
    .filter((each) => each.severity === 'error')
    .map((each) => `${each.code} ${each.expression}`);

const mrn = { system: `${BASE}/mrn`, value: '1' };
const ward = { url: `${BASE}/StructureDefinition/ward`, valueCode: 'icu' };
const wardPatient = (more: Record<string, unknown> = {}) =>
  patient({
    meta: { profile: [PATIENT] },
    extension: [ward],
    identifier: [mrn],
    active: true,
    name: [{ family: 'a' }],
    birthDate: '2024',
    ...more,
  });

const icu = { coding: [{ system: `${BASE}/wards`, code: 'icu' }] };
const wardObservation = (more: Record<string, unknown> = {}) =>
  observation({
    meta: { profile: [`${OBSERVATION}|1.0.0`] },
    category: [icu],
    code: icu,
    valueString: 'a',
    ...more,
  });

describe('a profile of the package', () => {
  test('is compiled completely', () => {
    const ofPackage = wards.summary.filter((each) => each.includes('example.org'));
    expect(ofPackage).toEqual([]);
  });

  test('accepts a resource that conforms', () => {
    expect(found(wardPatient())).toEqual([]);
    expect(found(wardObservation())).toEqual([]);
  });

  const without = (key: string) => {
    const { [key]: _, ...rest } = wardPatient();
    return rest;
  };

  test.each([
    ['a cardinality of at least', without('name'), 'required Patient'],
    [
      'a cardinality of at most',
      wardPatient({ name: Array(3).fill({ family: 'a' }) }),
      'structure Patient',
    ],
    [
      'a cardinality within',
      wardPatient({ name: [{ family: 'a' }, { text: 'b' }] }),
      'required Patient.name[1]',
    ],
    ['a prohibited element', wardPatient({ photo: [{ title: 'a' }] }), 'structure Patient'],
    ['a fixed value', wardPatient({ active: false }), 'value Patient.active'],
    [
      'a pattern',
      wardPatient({ maritalStatus: { coding: [{ system: 'http://a.b', code: 'M' }] } }),
      'value Patient.maritalStatus',
    ],
    [
      'the types of a reference',
      wardPatient({ generalPractitioner: [{ reference: 'Practitioner/1' }] }),
      'structure Patient.generalPractitioner[0]',
    ],
    [
      'an invariant',
      wardPatient({ birthDate: undefined, extension: undefined }),
      'invariant Patient',
    ],
  ])('reports a resource in which %s is violated', (_name, resource, expected) => {
    expect(found(JSON.parse(JSON.stringify(resource)))).toContain(expected);
  });

  test('checks slicing by value: required, unique and closed', () => {
    const ssn = { system: 'http://hl7.org/fhir/sid/us-ssn', value: '2' };
    const of = (...identifier: unknown[]) => found(wardPatient({ identifier }));
    expect(of(mrn, ssn)).toEqual([]);
    expect(of(ssn)).toEqual(['required Patient']);
    expect(of(mrn, mrn)).toEqual(['structure Patient']);
    expect(of({ system: mrn.system }, ssn)).toEqual(['required Patient.identifier[0]']);
    expect(of(mrn, { system: 'http://a.b', value: '1' })).toEqual([
      'structure Patient.identifier[1]',
    ]);
  });

  test('checks slicing of extensions, and their definitions', () => {
    expect(found(wardPatient({ extension: [{ url: 'http://a.b', valueCode: 'icu' }] }))).toEqual([
      'required Patient',
    ]);
    const wrong = [{ ...ward, valueCode: 'nonsense' }];
    expect(found(wardPatient({ extension: wrong }))).toEqual([
      'code-invalid Patient.extension[0].value.ofType(code)',
    ]);
  });

  test('checks slicing by existence', () => {
    const business = { organization: { reference: 'Organization/1' } };
    const of = (...contact: unknown[]) => found(wardPatient({ contact }));
    expect(of(business, { name: { text: 'a' } }, { name: { text: 'b' } })).toEqual([]);
    expect(of(business, business)).toEqual(['structure Patient']);
  });

  test('checks slicing by pattern', () => {
    const other = { coding: [{ system: 'http://a.b', code: 'icu' }] };
    expect(found(wardObservation({ category: [other, icu] }))).toEqual([]);
    expect(found(wardObservation({ category: [other] }))).toEqual(['required Observation']);
  });

  test('checks slicing by type', () => {
    const component = (more: Record<string, unknown>) =>
      found(wardObservation({ component: [{ code: { text: 'a' }, ...more }] }));
    const valueQuantity = { value: 1 };
    expect(component({ valueString: 'a' })).toEqual([]);
    expect(component({ valueQuantity })).toEqual(['required Observation.component[0]']);
    expect(component({ valueQuantity, interpretation: [{ text: 'a' }] })).toEqual([]);
  });

  test('checks the types of a choice, and a required binding', () => {
    const { valueString: _, ...rest } = wardObservation();
    expect(found(rest)).toEqual(['required Observation']);
    expect(found({ ...rest, valueInteger: 1 })).toEqual([
      'structure Observation.value.ofType(integer)',
    ]);
    expect(found({ ...rest, valueQuantity: { value: 1 } })).toEqual([]);
    expect(found(wardObservation({ code: { text: 'a' } }))).toEqual([
      'code-invalid Observation.code',
    ]);
  });

  test('is refused for a resource of another type', () => {
    expect(found(observation({ meta: { profile: [PATIENT] } }))).toEqual([
      'structure Observation.meta.profile[0]',
    ]);
  });

  test('is unknown in another version', () => {
    const issues = wards.validate(wardObservation({ meta: { profile: [`${OBSERVATION}|2.0`] } }));
    expect(issues).toMatchObject([
      { severity: 'warning', expression: 'Observation.meta.profile[0]' },
    ]);
  });
});

describe('profiles of the base package', () => {
  const profiled = (more: Record<string, unknown>) =>
    errors(
      observation({
        meta: { profile: ['http://hl7.org/fhir/StructureDefinition/bodyweight'] },
        ...more,
      }),
    );

  test('are enforced', () => {
    expect(profiled({})).toContain('required Observation');
    const weight = {
      category: [
        {
          coding: [
            {
              system: 'http://terminology.hl7.org/CodeSystem/observation-category',
              code: 'vital-signs',
            },
          ],
        },
      ],
      code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
      subject: { reference: 'Patient/1' },
      effectiveDateTime: '2024-01-01',
      valueQuantity: { value: 70, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
    };
    expect(profiled(weight)).toEqual([]);
    expect(
      profiled({ ...weight, valueQuantity: { ...weight.valueQuantity, code: 'stone' } }),
    ).toEqual(['code-invalid Observation.value.ofType(Quantity).code']);
  });

  test('are a warning if unknown, or what the policy says', () => {
    const unknown = patient({ meta: { profile: ['http://example.org/unknown'] } });
    expect(warnings(unknown)).toEqual(['not-found Patient.meta.profile[0]']);
    expect(errors(unknown, { unknownProfile: 'error' })).toEqual([
      'not-found Patient.meta.profile[0]',
    ]);
    expect(warnings(unknown, { unknownProfile: 'ignore' })).toEqual([]);
  });
});

describe('the definition of a base type in meta.profile', () => {
  const base = 'http://hl7.org/fhir/StructureDefinition/';
  const declares = (url: string) => patient({ meta: { profile: [base + url] } });

  test.each(['Patient', 'Patient|4.0.1', 'DomainResource', 'Resource'])('%s is kept', (url) => {
    expect(warnings(declares(url))).toEqual([]);
    expect(errors(declares(url))).toEqual([]);
  });

  test('Observation is another type', () => {
    expect(errors(declares('Observation'))).toEqual(['structure Patient.meta.profile[0]']);
  });

  test('Patient|5.0.0 is not known', () => {
    expect(warnings(declares('Patient|5.0.0'))).toEqual(['not-found Patient.meta.profile[0]']);
  });
});
