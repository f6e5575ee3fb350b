/** minValue[x] and maxValue[x] of quantities, and of dates relative to now. */
import { beforeAll, describe, expect, test } from 'vitest';
import { CANONICAL, guide, profile } from '../support/guide.ts';
import { observation, patient } from '../support/patient.ts';
import { compiledGuides } from '../support/profiled.ts';

const BASE = 'http://hl7.org/fhir/StructureDefinition/';
const UCUM = 'http://unitsofmeasure.org';
const grams = (value: number, code = 'g') => ({ value, system: UCUM, code, unit: code });

let guides: Awaited<ReturnType<typeof compiledGuides>>;
beforeAll(async () => {
  const structures = [
    profile('weight', 'Observation', [
      {
        id: 'Observation.value[x]',
        type: [{ code: 'Quantity' }],
        minValueQuantity: grams(10),
        maxValueQuantity: grams(1, 'kg'),
      },
    ]),
    profile('constant', 'Patient', [
      { id: 'Patient.active', fixedBoolean: true },
      { id: 'Patient.name.given', patternString: 'Ada' },
    ]),
    profile('fixed-concept', 'Observation', [
      {
        id: 'Observation.method',
        fixedCodeableConcept: { coding: [{ system: 'http://a.b', code: 'a' }], text: 'A' },
      },
      { id: 'Observation.bodySite', patternCodeableConcept: { id: 'p', text: 'B' } },
    ]),
    profile('score', 'Observation', [
      { id: 'Observation.valueQuantity', maxValueQuantity: { value: 5 } },
    ]),
    profile('morning', 'Observation', [
      { id: 'Observation.valueTime', minValueTime: '08:00:00', maxValueTime: '12:00:00' },
    ]),
    profile('recent', 'Patient', [
      { id: 'Patient.birthDate', minValueQuantity: grams(120, 'a') },
      { id: 'Patient.deceasedDateTime', maxValueQuantity: grams(0, 'd') },
    ]),
    profile('sized', 'Patient', [
      {
        id: 'Patient.name.family',
        extension: [
          { url: `${BASE}minLength`, valueInteger: 2 },
          { url: `${BASE}regex`, valueString: '[A-Z][a-z]*|De la [A-Z].*' },
        ],
      },
      { id: 'Patient.photo', extension: [{ url: `${BASE}maxSize`, valueDecimal: 3 }] },
      {
        id: 'Patient.multipleBirthInteger',
        extension: [{ url: `${BASE}regex`, valueString: '[1-3]' }],
      },
    ]),
    profile('pictured', 'Patient', [
      {
        id: 'Patient.photo.data',
        extension: [{ url: `${BASE}regex`, valueString: '[A-Za-z0-9+/=]*' }],
      },
    ]),
    profile('precise', 'Observation', [
      {
        id: 'Observation.valueQuantity',
        extension: [{ url: `${BASE}maxDecimalPlaces`, valueInteger: 1 }],
      },
    ]),
  ];
  guides = await compiledGuides([guide(structures)], 'with-limits');
});

const issues = (resource: Record<string, unknown>, name: string) =>
  guides
    .validate({ ...resource, meta: { profile: [CANONICAL + name] } })
    .filter(({ rule }) => rule === 'profile/range')
    .map(({ severity, expression, text }) => [severity, expression, text.split(': ')[1]]);

test('all limits are enforced', () => expect(guides.gaps).toEqual([]));

test('a primitive that has only extensions differs from no fixed value and no pattern', () => {
  const absent = { extension: [{ url: `${BASE}data-absent-reason`, valueCode: 'unknown' }] };
  const rules = (more: Record<string, unknown>) =>
    guides
      .validate(patient({ ...more, meta: { profile: [`${CANONICAL}constant`] } }))
      .flatMap(({ severity, rule, expression }) =>
        severity === 'error' ? [`${rule} ${expression}`] : [],
      );
  expect(rules({ _active: absent })).toEqual([]);
  expect(rules({ name: [{ given: ['Ada', null], _given: [null, absent] }] })).toEqual([]);
  expect(rules({ active: false, _active: absent })).toEqual(['profile/fixed Patient.active']);
  expect(rules({ name: [{ given: ['Ada', 'Bob'] }] })).toEqual([
    'profile/pattern Patient.name[0].given[1]',
  ]);
});

describe('R4 fixed[x]: missing elements must also be missing', () => {
  const coding = { system: 'http://a.b', code: 'a' };
  const extension = [{ url: `${BASE}data-absent-reason`, valueCode: 'unknown' }];
  const rules = (more: Record<string, unknown>) =>
    guides
      .validate(observation({ ...more, meta: { profile: [`${CANONICAL}fixed-concept`] } }))
      .flatMap(({ severity, rule }) => (severity === 'error' ? [rule] : []));

  test.each([
    { coding: [coding], text: 'A' },
    { id: 'x', coding: [coding], text: 'A' },
    { coding: [{ id: 'x', ...coding }], text: 'A' },
    { coding: [{ ...coding, _code: { id: 'x' } }], text: 'A', _text: { id: 'y' } },
  ])('R04: an id is a handle of the element, not a part of its value: %j', (method) => {
    expect(rules({ method })).toEqual([]);
  });

  test.each([
    { coding: [coding] },
    { id: 'x', coding: [coding], text: 'B' },
    { coding: [{ ...coding, display: 'a' }], text: 'A' },
    { coding: [coding, coding], text: 'A' },
    { coding: [coding], text: 'A', extension },
    { coding: [coding], text: 'A', _text: { id: 'x', extension } },
    { coding: [coding], _text: { id: 'x', extension } },
  ])('any other difference is one: %j', (method) => {
    expect(rules({ method })).toEqual(['profile/fixed']);
  });

  test('the id of a pattern is that of the definition', () => {
    expect(rules({ bodySite: { text: 'B' } })).toEqual([]);
    expect(rules({ bodySite: { id: 'p', text: 'C' } })).toEqual(['profile/pattern']);
  });
});

describe('R4 minValueQuantity and maxValueQuantity', () => {
  const at = 'Observation.value.ofType(Quantity)';
  test.each([
    [grams(10), []],
    [grams(1000), []],
    [grams(9.9), [['error', at, 'the value is less than 10 g']]],
    [grams(9900, 'mg'), [['error', at, 'the value is less than 10 g']]],
    [grams(10_000, 'mg'), []],
    [grams(1.1, 'kg'), [['error', at, 'the value is more than 1 kg']]],
    [{ code: 'g', system: UCUM }, []],
  ])('%j', (valueQuantity, expected) => {
    expect(issues(observation({ valueQuantity }), 'weight')).toEqual(expected);
  });

  test('a unit that cannot be converted is a warning', () => {
    const said = issues(observation({ valueQuantity: grams(1, 'mm') }), 'weight');
    expect(said).toHaveLength(2);
    expect(said[0]).toEqual([
      'warning',
      at,
      "a value in 'mm' cannot be compared with the limit 10 g",
    ]);
  });

  test('a limit without a unit is compared by its number', () => {
    expect(issues(observation({ valueQuantity: grams(5) }), 'score')).toEqual([]);
    expect(issues(observation({ valueQuantity: grams(6) }), 'score')).toEqual([
      ['error', at, 'the value is more than 5'],
    ]);
  });
});

test('R4: a duration limits a date relative to now', () => {
  const at = (resource: Record<string, unknown>) =>
    issues(patient(resource), 'recent').map(([severity, expression]) => [severity, expression]);
  expect(at({ birthDate: '1990-01-01' })).toEqual([]);
  expect(at({ birthDate: '1790-01-01' })).toEqual([['error', 'Patient.birthDate']]);
  const late = at({ birthDate: '1990-01-01', deceasedDateTime: '2990-01-01' });
  expect(late).toEqual([['error', 'Patient.deceased.ofType(dateTime)']]);
});

test.each([
  ['08:00:00', []],
  ['08:00:00.000', []],
  ['12:00:00.0', []],
  ['07:59:59.9', ['the value is less than 08:00:00']],
  ['12:00:00.10', ['the value is more than 12:00:00']],
  ['11:59:59.10', []],
  // The type's own check reports what is no time.
  ['a time', []],
  ['24:00:00', []],
])('R4 minValueTime and maxValueTime: %s', (valueTime, expected) => {
  const said = issues(observation({ valueTime }), 'morning').map(([, , text]) => text);
  expect(said).toEqual(expected);
});

describe('limits that R4 has as extensions of a definition', () => {
  const rules = (resource: Record<string, unknown>, name: string) =>
    guides
      .validate({ ...resource, meta: { profile: [CANONICAL + name] } })
      .filter(({ rule }) => rule?.startsWith('profile/'))
      .map(({ severity, rule, expression }) => `${severity} ${rule} ${expression}`);

  // The whole text must match: https://hl7.org/fhir/R4/extension-regex.html
  test.each([
    ['Ab', []],
    ['De la Cruz', []],
    ['A', ['error profile/min-length Patient.name[0].family']],
    ['Ab1', ['error profile/regex Patient.name[0].family']],
    ['de la Cruz', ['error profile/regex Patient.name[0].family']],
  ])('minLength and regex: %s', (family, expected) => {
    expect(rules(patient({ name: [{ family }] }), 'sized')).toEqual(expected);
  });

  test('regex of a number', () => {
    expect(rules(patient({ multipleBirthInteger: 3 }), 'sized')).toEqual([]);
    expect(rules(patient({ multipleBirthInteger: 4 }), 'sized')).toEqual([
      'error profile/regex Patient.multipleBirth.ofType(integer)',
    ]);
  });

  test('regex of base64, which may be longer than any other text', () => {
    const found = (data: string) => rules(patient({ photo: [{ data }] }), 'pictured');
    expect(found('AAAA'.repeat(300_000))).toEqual([]);
    expect(found('AA AA')).toEqual(['error profile/regex Patient.photo[0].data']);
  });

  // https://hl7.org/fhir/R4/extension-maxsize.html
  test.each([
    [{ data: 'AAAA' }, []],
    [{ data: 'AAAAAA==' }, ['error profile/max-size Patient.photo[0]']],
    [{ url: 'http://example.org/a', size: 3 }, []],
    [{ url: 'http://example.org/a', size: 4 }, ['error profile/max-size Patient.photo[0]']],
    [{ url: 'http://example.org/a' }, []],
  ])('maxSize: %j', (photo, expected) => {
    expect(rules(patient({ photo: [photo] }), 'sized')).toEqual(expected);
  });

  // https://hl7.org/fhir/R4/extension-maxdecimalplaces.html
  test.each([
    [5, []],
    [5.5, []],
    [1e21, []],
    [5.55, ['error profile/max-decimals Observation.value.ofType(Quantity)']],
    [5e-7, ['error profile/max-decimals Observation.value.ofType(Quantity)']],
  ])('maxDecimalPlaces: %d', (value, expected) => {
    expect(rules(observation({ valueQuantity: grams(value) }), 'precise')).toEqual(expected);
  });
});
