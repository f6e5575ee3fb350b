/** Code systems and value sets of packages: https://hl7.org/fhir/R4/codesystem.html, valueset.html */
import { beforeAll, describe, expect, test } from 'vitest';
import { CANONICAL, guide, profile } from '../support/guide.ts';
import { observation } from '../support/patient.ts';
import { compiledGuides } from '../support/profiled.ts';

const SYSTEM = 'http://example.org/system';
const ANY_CASE = 'http://example.org/any-case';
const WITH_BARS = 'http://example.org/with-bars';
const FRAGMENT = 'http://example.org/fragment';

const system = (url: string, concept: object[], more: object = {}) => ({
  resourceType: 'CodeSystem' as const,
  url,
  version: '1.0.0',
  status: 'active' as const,
  content: 'complete' as const,
  caseSensitive: true,
  concept: concept as never,
  ...more,
});
const set = (name: string, compose: object) => ({
  resourceType: 'ValueSet' as const,
  url: `http://example.org/vs/${name}`,
  status: 'active' as const,
  compose: compose as never,
});
const retired = (property: object) => ({ property: [property] });
const systems = [
  system(SYSTEM, [
    { code: 'a' },
    { code: 'old', ...retired({ code: 'status', valueCode: 'retired' }) },
    { code: 'off', ...retired({ code: 'inactive', valueBoolean: true }) },
  ]),
  system(ANY_CASE, [{ code: 'Abc' }, { code: 'Def' }], { caseSensitive: false }),
  system(FRAGMENT, [{ code: 'a' }], { content: 'fragment' }),
  system(WITH_BARS, [{ code: 'a|b' }, { code: 'c' }]),
];
const sets = [
  set('whole', { include: [{ system: ANY_CASE }] }),
  set('listed', { include: [{ system: ANY_CASE, concept: [{ code: 'Abc' }] }] }),
  set('active', { inactive: false, include: [{ system: SYSTEM }] }),
  set('all', { include: [{ system: SYSTEM }] }),
  set('barred', { include: [{ system: WITH_BARS }] }),
];
const bound = (name: string) =>
  profile(name, 'Observation', [
    {
      id: 'Observation.method',
      binding: { strength: 'required', valueSet: `http://example.org/vs/${name}` },
    },
  ]);

const MAX = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet';
const own = (id: string, name: string) => ({
  id,
  binding: { strength: 'required' as const, valueSet: `http://example.org/vs/${name}` },
});

const extensible = { strength: 'extensible' as const, valueSet: 'http://example.org/vs/all' };

let guides: Awaited<ReturnType<typeof compiledGuides>>;
beforeAll(async () => {
  const structures = sets.map(({ url }) => bound(url.slice('http://example.org/vs/'.length)));
  const coded = profile('coded', 'Observation', [
    own('Observation.valueString', 'all'),
    own('Observation.component.valueString', 'of-a-server'),
  ]);
  const limited = profile('limited', 'Observation', [
    {
      id: 'Observation.valueString',
      binding: {
        ...{ strength: 'extensible', valueSet: 'http://example.org/vs/active' },
        extension: [{ url: MAX, valueCanonical: 'http://example.org/vs/all' }],
      },
    },
  ]);
  const measured = profile('measured', 'Observation', [own('Observation.valueQuantity', 'all')]);
  const tagged = profile('tagged', 'Observation', [
    own('Observation.method.coding', 'all'),
    own('Observation.valueCodeableConcept', 'all'),
    { id: 'Observation.bodySite', binding: extensible },
    { id: 'Observation.category.coding', binding: extensible },
  ]);
  const all = [...structures, coded, limited, measured, tagged];
  guides = await compiledGuides([guide(all, sets, systems)], 'with-codes');
});

const found = (name: string, coding: object) => {
  const profiles = name === '' ? {} : { meta: { profile: [CANONICAL + name] } };
  const issues = guides.validate(observation({ method: { coding: [coding] }, ...profiles }));
  return issues.flatMap(({ severity, rule }) => (severity === 'error' ? [rule] : []));
};

describe('CodeSystem.caseSensitive', () => {
  test.each(['Abc', 'abc', 'ABC'])('false: %s is in a value set of the system', (code) => {
    expect(found('whole', { system: ANY_CASE, code })).toEqual([]);
    expect(found('listed', { system: ANY_CASE, code })).toEqual([]);
  });

  test('false: another code is not', () => {
    expect(found('listed', { system: ANY_CASE, code: 'def' })).toEqual(['profile/binding']);
  });

  test('true: a code in other case is none', () => {
    expect(found('all', { system: SYSTEM, code: 'A' })).toEqual([
      'fhir-r4/code-unknown',
      'profile/binding',
    ]);
  });
});

test.each(['old', 'off'])('ValueSet.compose.inactive false leaves out %s', (code) => {
  expect(found('active', { system: SYSTEM, code })).toEqual(['profile/binding']);
  expect(found('all', { system: SYSTEM, code })).toEqual([]);
});

describe('codes of the code systems of a package', () => {
  test('are known, whatever the element is bound to', () => {
    expect(found('', { system: SYSTEM, code: 'a' })).toEqual([]);
    expect(found('', { system: SYSTEM, code: 'b' })).toEqual(['fhir-r4/code-unknown']);
    expect(found('', { system: ANY_CASE, code: 'ABC' })).toEqual([]);
  });

  test('an unknown code of a version that is not loaded is no error', () => {
    expect(found('', { system: SYSTEM, version: '2.0.0', code: 'b' })).toEqual([]);
    expect(found('', { system: SYSTEM, version: '1.0.0', code: 'b' })).toEqual([
      'fhir-r4/code-unknown',
    ]);
  });

  test('are open where one has the character that is between codes in the compiled module', () => {
    expect(found('', { system: WITH_BARS, code: 'a|b' })).toEqual([]);
    expect(found('barred', { system: WITH_BARS, code: 'a|b' })).toEqual([]);
  });

  test('are open where the package has only some of them', () => {
    expect(found('', { system: FRAGMENT, code: 'b' })).toEqual([]);
  });
});

describe('a code that a profile requires must be a value, not an extension', () => {
  const absent = {
    extension: [
      { url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' },
    ],
  };
  const bindings = (more: object, name = 'coded') =>
    guides
      .validate(observation({ ...more, meta: { profile: [CANONICAL + name] } }))
      .flatMap(({ rule, expression }) => (rule === 'profile/binding' ? [expression] : []));

  test('whether its value set is loaded or not', () => {
    expect(bindings({ valueString: 'a' })).toEqual([]);
    expect(bindings({ valueString: 'a', _valueString: absent })).toEqual([]);
    expect(bindings({ _valueString: absent })).toEqual(['Observation.value.ofType(string)']);
    const component = { code: { text: 'x' }, _valueString: absent };
    const at = 'Observation.component[0].value.ofType(string)';
    expect(bindings({ component: [component] })).toEqual([at]);
    expect(bindings({ component: [{ ...component, valueString: 'b' }] })).toEqual([]);
  });

  test('not where only the largest set of an extensible binding is given, as in HL7’s validator', () => {
    expect(bindings({ _valueString: absent }, 'limited')).toEqual([]);
    expect(bindings({ valueString: 'b' }, 'limited')).toContain('Observation.value.ofType(string)');
  });

  test('a quantity without a unit’s code has none that could be outside of the set', () => {
    expect(
      bindings({ valueQuantity: { value: 1, system: SYSTEM, code: 'a' } }, 'measured'),
    ).toEqual([]);
    expect(bindings({ valueQuantity: { value: 1, unit: 'a' } }, 'measured')).toEqual([]);
    expect(bindings({ valueQuantity: absent }, 'measured')).toEqual([]);
    for (const coded of [{ system: SYSTEM, code: 'b' }, { code: 'a' }, { system: SYSTEM }]) {
      expect(bindings({ valueQuantity: { value: 1, ...coded } }, 'measured')).toHaveLength(1);
    }
  });

  test('unless the extension has the code of another version of FHIR', () => {
    const url = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Observation.value';
    const later = { extension: [{ url, valueCode: 'z' }] };
    expect(bindings({ _valueString: later })).toEqual([]);
  });
});

describe('a coding that has only a display', () => {
  const unnamed = { coding: [{ display: 'a' }] };
  const known = { coding: [{ system: SYSTEM, code: 'a' }, { display: 'a' }] };
  const bindings = (more: object) =>
    guides
      .validate(observation({ ...more, meta: { profile: [`${CANONICAL}tagged`] } }))
      .flatMap(({ severity, rule, expression }) =>
        severity === 'error' ? [`${rule} ${expression}`] : [],
      );

  // https://hl7.org/fhir/R4/terminologies.html#required: "the data type SHALL contain one of the values in the value set".
  test('has no code of a required binding, in R4 as in a guide', () => {
    expect(bindings({ valueCodeableConcept: unnamed })).toEqual([
      'profile/binding Observation.value.ofType(CodeableConcept)',
    ]);
    expect(bindings({ valueCodeableConcept: known })).toEqual([]);
    expect(bindings({ method: unnamed })).toEqual(['profile/binding Observation.method.coding[0]']);
    expect(bindings({ method: known })).toEqual(['profile/binding Observation.method.coding[1]']);
    const allergy = { resourceType: 'AllergyIntolerance', patient: { reference: 'Patient/a' } };
    const status = (clinicalStatus: object) =>
      guides
        .validate({ ...allergy, clinicalStatus })
        .filter(({ rule }) => rule === 'fhir-r4/required-binding');
    const system = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical';
    expect(status(unnamed)).toHaveLength(1);
    expect(status({ coding: [...unnamed.coding, { system, code: 'active' }] })).toEqual([]);
  });

  test('is no error where the binding is extensible, in R4 as in a guide', () => {
    expect(bindings({ bodySite: unnamed, category: [unnamed] })).toEqual([]);
    expect(bindings({ bodySite: { text: 'a' }, category: [{ text: 'a' }] })).toEqual([]);
    const encounter = { resourceType: 'Encounter', status: 'planned', class: { display: 'a' } };
    expect(guides.validate(encounter).filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});
