/** https://hl7.org/fhir/R4/profiling.html#slicing, #reslicing and #discriminator */
import { beforeAll, describe, expect, test } from 'vitest';
import { by, CANONICAL, guide, profile } from '../support/guide.ts';
import { observation, patient } from '../support/patient.ts';
import { compiledGuides } from '../support/profiled.ts';

type Json = Record<string, unknown>;

const SYSTEM = 'http://example.org/system';
const MARK = 'http://example.org/mark';
const coded = (code: string, text?: string) => ({
  coding: [{ system: SYSTEM, code }],
  ...(text === undefined ? {} : { text }),
});
const slice = (path: string, name: string, more: Json = {}) => ({
  id: `${path}:${name}`,
  sliceName: name,
  ...more,
});
const reslice = (text: string) => [
  slice('Observation.category', `a/${text}`),
  { id: `Observation.category:a/${text}.text`, fixedString: text },
];
const ofType = (name: string, code: string) => [
  slice('Observation.component', name, { max: '1' }),
  { id: `Observation.component:${name}.value[x]`, min: 1, type: [{ code }] },
];
const of = (code: string) => ({ type: [{ code }] });
const referring = (type: string, more: Json) => ({
  type: [
    {
      code: 'Reference',
      targetProfile: [`http://hl7.org/fhir/StructureDefinition/${type}`],
      ...more,
    },
  ] as never,
});

const structures = [
  profile('resliced', 'Observation', [
    { id: 'Observation.category', ...by('pattern', '$this', 'open', true) },
    slice('Observation.category', 'a', {
      patternCodeableConcept: coded('a'),
      ...by('value', 'text', 'openAtEnd', true),
    }),
    ...['x', 'y', 'z'].flatMap(reslice),
    slice('Observation.category', 'b', { patternCodeableConcept: coded('b') }),
  ]),
  profile('untold', 'Observation', [
    { id: 'Observation.value[x]:valueQuantity', sliceName: 'valueQuantity', ...of('Quantity') },
    { id: 'Observation.value[x]:valueQuantity.unit', min: 1 },
  ]),
  profile('typed', 'Observation', [
    { id: 'Observation.component', ...by('type', 'value') },
    ...ofType('quantity', 'Quantity'),
    ...ofType('text', 'string'),
  ]),
  profile('marked', 'Patient', [
    { id: 'Patient.contact', ...by('exists', `extension('${MARK}').value`) },
    slice('Patient.contact', 'one', { max: '1' }),
    { id: 'Patient.contact:one.extension', ...by('value', 'url') },
    slice('Patient.contact:one.extension', 'mark', {
      min: 1,
      type: [{ code: 'Extension', profile: [MARK] }],
    }),
    { id: 'Patient.contact:one.extension:mark.value[x]', min: 1 },
  ]),
  profile('reachable', 'Patient', [
    {
      id: 'Patient.telecom',
      slicing: {
        discriminator: [
          { type: 'value', path: 'system' },
          { type: 'value', path: 'use' },
        ],
        rules: 'closed',
      } as never,
    },
    slice('Patient.telecom', 'home', { min: 1, max: '1' }),
    { id: 'Patient.telecom:home.system', min: 1, fixedCode: 'phone' },
    { id: 'Patient.telecom:home.use', min: 1, fixedCode: 'home' },
    slice('Patient.telecom', 'email', { max: '1' }),
    { id: 'Patient.telecom:email.system', min: 1, fixedCode: 'email' },
    { id: 'Patient.telecom:email.use', max: '0' },
    slice('Patient.telecom', 'fax'),
    { id: 'Patient.telecom:fax.system', min: 1, fixedCode: 'fax' },
    { id: 'Patient.telecom:fax.value', min: 1 },
  ]),
  profile('bound', 'Patient', [
    { id: 'Patient.identifier', ...by('value', 'type') },
    slice('Patient.identifier', 'typed', { max: '1' }),
    {
      id: 'Patient.identifier:typed.type',
      min: 1,
      binding: {
        strength: 'required',
        valueSet: 'http://hl7.org/fhir/ValueSet/identifier-type',
      },
    },
  ]),
  profile('mark', 'Extension', [{ id: 'Extension.url', fixedUri: MARK }], {
    url: MARK,
    context: [{ type: 'element', expression: 'Element' }],
  }),
  profile('referring', 'Observation', [
    { id: 'Observation.subject', ...referring('Patient', { aggregation: ['contained'] }) },
    { id: 'Observation.focus', ...referring('Patient', { aggregation: ['referenced'] }) },
    { id: 'Observation.hasMember', ...referring('Observation', { aggregation: ['bundled'] }) },
    { id: 'Observation.encounter', ...referring('Encounter', { versioning: 'specific' }) },
    { id: 'Observation.device', ...referring('Device', { versioning: 'independent' }) },
  ]),
];

let guides: Awaited<ReturnType<typeof compiledGuides>>;
beforeAll(async () => {
  guides = await compiledGuides([guide(structures)], 'with-slices');
});

const at = (resource: Json, name: string) => ({
  ...resource,
  meta: { profile: [CANONICAL + name] },
});
const found = (resource: Json) =>
  guides
    .validate(resource)
    .filter(({ severity }) => severity === 'error')
    .map(({ rule, expression }) => `${rule} ${expression}`);

describe('the slices of a slice', () => {
  const order = (...category: Json[]) => found(at(observation({ category }), 'resliced'));
  const [x, y, z, plain, b] = [
    coded('a', 'x'),
    coded('a', 'y'),
    coded('a', 'z'),
    coded('a'),
    coded('b'),
  ];

  test.each([
    ['before the next slice of the element', [z, b]],
    ['before an item that is in none of them', [y, plain, b]],
    ['in order', [x, x, y, z, b]],
  ])('have an order of their own: %s', (_, category) => {
    expect(order(...category)).toEqual([]);
  });

  test.each([
    ['in the wrong order', [y, x, b], 1],
    ['behind an item that is in none of them', [plain, y], 1],
    ['behind the next slice of the element', [b, y], 1],
  ])('are refused %s', (_, category, index) => {
    expect(order(...category)).toEqual([`profile/slicing Observation.category[${index}]`]);
  });
});

test('a value that has only extensions is in the slice of its type', () => {
  const code = { text: 'a' };
  const absent = { extension: [{ url: MARK, valueCode: 'x' }] };
  const of = (...component: Json[]) => found(at(observation({ component }), 'typed'));
  expect(of({ code, valueString: 'a' }, { code, valueBoolean: true })).toEqual([]);
  expect(of({ code, valueString: 'a' }, { code, _valueString: absent })).toEqual([
    'profile/max Observation',
  ]);
});

test('a choice is sliced by type also where the profile does not say so', () => {
  const valued = (more: Json) => found(at(observation(more), 'untold'));
  expect(valued({ valueQuantity: { value: 1, unit: 'a' } })).toEqual([]);
  expect(valued({ valueString: 'a' })).toEqual([]);
  expect(valued({ valueQuantity: { value: 1 } })).toEqual([
    'profile/min Observation.value.ofType(Quantity)',
  ]);
});

test('an item is in a slice only if the extension itself has what its discriminator names', () => {
  const contact = (url: string) => ({ name: { text: 'a' }, extension: [{ url, valueCode: 'x' }] });
  const of = (...list: Json[]) => found(at(patient({ contact: list }), 'marked'));
  expect(of(contact(MARK), contact('http://example.org/other'))).toEqual([]);
  expect(of(contact(MARK), contact(MARK))).toEqual(['profile/max Patient']);
});

describe('R4 profiling examples: slices by system and use', () => {
  const home = { system: 'phone', use: 'home', value: '1' };
  const of = (...telecom: Json[]) => found(at(patient({ telecom }), 'reachable'));

  test('an element that the slice forbids must be absent', () => {
    expect(of(home, { system: 'email', value: 'a' })).toEqual([]);
    expect(of(home, { system: 'email', use: 'work', value: 'a' })).toEqual([
      'profile/slicing Patient.telecom[1]',
    ]);
  });

  test('a value set of the base type distinguishes no slices', () => {
    expect(
      of(home, { system: 'fax', value: '1' }, { system: 'fax', use: 'work', value: '1' }),
    ).toEqual([]);
  });
});

test('a value set that the base type only recommends distinguishes slices', () => {
  const typed = (code: string) => {
    const coding = [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code }];
    return { type: { coding }, value: code };
  };
  const of = (...identifier: Json[]) => found(at(patient({ identifier }), 'bound'));
  expect(of(typed('MR'), typed('NI'), { value: 'a' })).toEqual([]);
  expect(of(typed('MR'), typed('DL'))).toEqual(['profile/max Patient']);
});

test('a slice without a constraint at its discriminator fails the build', async () => {
  const unlike = profile('unlike', 'Patient', [
    { id: 'Patient.telecom', ...by('value', 'rank') },
    slice('Patient.telecom', 'ranked', { max: '1' }),
    { id: 'Patient.telecom:ranked.rank', min: 1 },
  ]);
  const { gaps } = await compiledGuides([guide([unlike])], 'with-unlike');
  expect(gaps.map(({ what, why, isOpen }) => [what, why, isOpen])).toEqual([
    ['slice Patient.telecom:ranked', 'the slice does not constrain the value of rank', false],
  ]);
});

describe('ElementDefinition.type.aggregation', () => {
  const contained = [{ resourceType: 'Patient', id: 'p' }];
  const url = (name: string) => `http://example.org/${name}`;
  const bundle = (more: Json) => ({
    resourceType: 'Bundle',
    type: 'collection',
    entry: [
      {
        fullUrl: url('Observation/a'),
        resource: at(observation({ id: 'a', ...more }), 'referring'),
      },
      { fullUrl: url('Observation/b'), resource: observation({ id: 'b' }) },
      { fullUrl: url('Patient/a'), resource: patient() },
    ],
  });

  test('contained: refuses what is elsewhere', () => {
    const of = (reference: string) =>
      found(at(observation({ contained, subject: { reference } }), 'referring'));
    expect(of('#p')).toEqual([]);
    expect(of('Patient/a')).toContain('profile/aggregation Observation.subject');
  });

  test('referenced: accepts what is in the Bundle, because it is outside of the resource', () => {
    expect(found(bundle({ focus: [{ reference: 'Patient/a' }] }))).toEqual([]);
    expect(found(at(observation({ focus: [{ reference: 'Patient/a' }] }), 'referring'))).toEqual(
      [],
    );
    const local = observation({ contained, focus: [{ reference: '#p' }] });
    expect(found(at(local, 'referring'))).toEqual(['profile/aggregation Observation.focus[0]']);
  });

  test('bundled: refuses what is not in the Bundle', () => {
    expect(found(bundle({ hasMember: [{ reference: 'Observation/b' }] }))).toEqual([]);
    expect(found(bundle({ hasMember: [{ reference: 'Observation/c' }] }))).toEqual([
      'profile/aggregation Bundle.entry[0].resource.hasMember[0]',
    ]);
  });
});

test.each([
  ['encounter', 'Encounter/a/_history/1', 'Encounter/a'],
  ['device', 'Device/a', 'Device/a/_history/1'],
])('ElementDefinition.type.versioning of %s: %s, not %s', (name, right, wrong) => {
  const of = (reference: string) => found(at(observation({ [name]: { reference } }), 'referring'));
  expect(of(right)).toEqual([]);
  expect(of(wrong)).toEqual([`profile/versioning Observation.${name}`]);
});
