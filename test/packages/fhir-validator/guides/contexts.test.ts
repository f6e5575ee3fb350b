/** Extensions whose context is another extension, a FHIRPath expression or a condition. */
import { beforeAll, describe, expect, test } from 'vitest';
import { CANONICAL, guide, profile } from '../support/guide.ts';
import { observation, patient } from '../support/patient.ts';
import { compiledGuides } from '../support/profiled.ts';

type Json = Record<string, unknown>;
type Context = { type: 'element' | 'extension' | 'fhirpath'; expression: string };

const extension = (name: string, context: Context[], contextInvariant: string[] = []) =>
  profile(
    name,
    'Extension',
    [
      { id: 'Extension.url', fixedUri: CANONICAL + name },
      { id: 'Extension.value[x]', type: [{ code: 'string' }] },
    ],
    { context, ...(contextInvariant.length > 0 && { contextInvariant }) },
  );

let guides: Awaited<ReturnType<typeof compiledGuides>>;
beforeAll(async () => {
  const structures = [
    extension('outer', [{ type: 'element', expression: 'Patient' }]),
    extension('inner', [{ type: 'extension', expression: `${CANONICAL}outer` }]),
    extension('official', [
      { type: 'fhirpath', expression: "Patient.name.where(use = 'official')" },
      { type: 'element', expression: 'Patient.contact' },
    ]),
    extension('family', [{ type: 'fhirpath', expression: 'Patient.name.family' }]),
    extension('anywhere', [{ type: 'fhirpath', expression: 'descendants()' }]),
    extension('conditional', [{ type: 'fhirpath', expression: "use = 'home'" }]),
    extension(
      'final',
      [
        { type: 'element', expression: 'Observation' },
        { type: 'element', expression: 'Observation.component' },
      ],
      ['code.exists()', "%resource.status = 'final' and %extension.value.exists()"],
    ),
    extension(
      'quantity',
      [{ type: 'element', expression: 'Observation.value[x]' }],
      ['$this is Quantity'],
    ),
    extension(
      'referring',
      [{ type: 'element', expression: 'Observation.subject' }],
      ['resolve() is Patient'],
    ),
    extension('dark', [{ type: 'fhirpath', expression: 'foo()' }]),
  ];
  guides = await compiledGuides([guide(structures)], 'with-contexts');
});

const the = (name: string) => ({ extension: [{ url: CANONICAL + name, valueString: 'a' }] });
const found = (resource: Json) =>
  guides
    .validate(resource)
    .filter(({ severity }) => severity === 'error')
    .map(({ rule, expression }) => `${rule} ${expression}`);
const refused = (at: string) => [`fhir-r4/extension-context ${at}`];

test('only contexts that cannot be compiled are left open', () => {
  expect(guides.gaps.map(({ profile: url, isOpen }) => [url, isOpen])).toEqual([
    [`${CANONICAL}dark`, true],
  ]);
  expect(found(patient(the('dark')))).toEqual([]);
});

test('R4 context type extension: accepted in that extension alone', () => {
  const nested = (url: string) => ({ extension: [{ url, ...the('inner') }] });
  expect(found(patient(nested(`${CANONICAL}outer`)))).toEqual([]);
  expect(found(patient(nested('http://a.b/other')))).toEqual(
    refused('Patient.extension[0].extension[0]'),
  );
  expect(found(patient(the('inner')))).toEqual(refused('Patient.extension[0]'));
  const valued = { url: `${CANONICAL}outer`, valueString: 'a', _valueString: the('inner') };
  expect(found(patient({ extension: [valued] }))).toEqual([]);
  const named = { family: 'a', _family: the('inner') };
  expect(found(patient({ name: [named] }))).toEqual(refused('Patient.name[0].family.extension[0]'));
});

describe('R4 context type fhirpath', () => {
  const name = (more: Json) => patient({ name: [{ text: 'a', ...more }] });

  test('accepts what the expression selects, or another context names', () => {
    expect(found(name({ use: 'official', ...the('official') }))).toEqual([]);
    expect(found(patient({ contact: [{ name: { text: 'a' }, ...the('official') }] }))).toEqual([]);
    expect(found(name({ use: 'old', ...the('official') }))).toEqual(
      refused('Patient.name[0].extension[0]'),
    );
    expect(found(observation(the('official')))).toEqual(refused('Observation.extension[0]'));
  });

  test('accepts primitives, by their sibling', () => {
    expect(found(name({ family: 'a', _family: the('family') }))).toEqual([]);
    expect(found(name({ given: ['a'], _given: [the('family')] }))).toEqual(
      refused('Patient.name[0].given[0].extension[0]'),
    );
  });

  test('accepts descendants', () => expect(found(name(the('anywhere')))).toEqual([]));

  test('evaluates a condition on the element', () => {
    const telecom = (use: string) =>
      patient({ telecom: [{ system: 'phone', value: '1', use, ...the('conditional') }] });
    expect(found(telecom('home'))).toEqual([]);
    expect(found(telecom('work'))).toEqual(refused('Patient.telecom[0].extension[0]'));
  });
});

describe('R4 context invariants', () => {
  test('must all hold, for the element and its resource', () => {
    expect(found(observation({ status: 'final', ...the('final') }))).toEqual([]);
    expect(found(observation({ status: 'amended', ...the('final') }))).toEqual(
      refused('Observation.extension[0]'),
    );
  });

  test('may test the type of the value', () => {
    expect(found(observation({ valueQuantity: { value: 1, ...the('quantity') } }))).toEqual([]);
    expect(found(observation({ valuePeriod: { start: '2020', ...the('quantity') } }))).toEqual(
      refused('Observation.value.ofType(Period).extension[0]'),
    );
  });

  test('may follow references', () => {
    const contained = [
      { resourceType: 'Patient', id: 'p' },
      { resourceType: 'Group', id: 'g', type: 'person', actual: true },
    ];
    const subject = (id: string) =>
      observation({
        contained,
        focus: [{ reference: '#p' }, { reference: '#g' }],
        subject: { reference: `#${id}`, ...the('referring') },
      });
    expect(found(subject('p'))).toEqual([]);
    expect(found(subject('g'))).toEqual(refused('Observation.subject.extension[0]'));
  });
});
