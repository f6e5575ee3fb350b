/**
 * Required bindings to value sets that only a terminology server can expand:
 * https://hl7.org/fhir/R4/terminologies.html#required
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { CANONICAL, guide, profile } from '../support/guide.ts';
import { observation } from '../support/patient.ts';
import { compiledGuides } from '../support/profiled.ts';

const SNOMED = 'http://snomed.info/sct';
const OWN = 'http://example.org/system';
const SETS = 'http://example.org/vs/';

const set = (name: string, include: object[], exclude?: object[]) => ({
  resourceType: 'ValueSet' as const,
  url: SETS + name,
  status: 'active' as const,
  compose: { include, ...(exclude && { exclude }) } as never,
});
const findings = {
  system: SNOMED,
  filter: [{ property: 'concept', op: 'is-a', value: '404684003' }],
};
const own = { system: OWN, concept: [{ code: 'a' }, { code: 'b' }] };
const sets = [
  set('findings', [findings]),
  set('mixed', [findings, own]),
  set('imported', [{ valueSet: [`${SETS}mixed`, `${SETS}a-and-snomed`] }]),
  set('a-and-snomed', [{ system: SNOMED }, { system: OWN, concept: [{ code: 'a' }] }]),
  set('without-a', [findings, own], [{ system: OWN, concept: [{ code: 'a' }] }]),
  set('circular', [findings, { valueSet: [`${SETS}circular`] }]),
  set('of-unknown', [{ valueSet: [`${SETS}not-loaded`] }]),
];
const names = [...sets.map(({ url }) => url.slice(SETS.length)), 'not-loaded'];
const bound = (name: string, element: string) => ({
  id: `Observation.${element}`,
  binding: { strength: 'required' as const, valueSet: SETS + name },
});

let guides: Awaited<ReturnType<typeof compiledGuides>>;
beforeAll(async () => {
  const structures = names.map((name) =>
    profile(name, 'Observation', [
      bound(name, 'method'),
      bound(name, 'valueQuantity'),
      bound(name, 'component.valueString'),
    ]),
  );
  const system = {
    resourceType: 'CodeSystem' as const,
    url: OWN,
    status: 'active' as const,
    content: 'fragment' as const,
    concept: [{ code: 'a' }, { code: 'b' }, { code: 'c' }],
  };
  guides = await compiledGuides([guide(structures, sets, [system])], 'with-open-sets');
});

const issues = (name: string, more: object, asks = false) =>
  guides.validate(observation({ ...more, meta: { profile: [CANONICAL + name] } }), asks);
const isRejected = (name: string, more: object) =>
  issues(name, more).some(({ rule }) => rule === 'profile/binding');
const coded = (...codings: [string, string][]) => ({
  method: { coding: codings.map(([system, code]) => ({ system, code })) },
});

describe('a code that no expansion can have is an error without a terminology server', () => {
  test.each([
    ['findings', [SNOMED, '1'], [OWN, 'a']],
    ['mixed', [SNOMED, '1'], ['http://loinc.org', '1-8']],
    ['mixed', [OWN, 'b'], [OWN, 'c']],
    ['imported', [SNOMED, '1'], ['http://loinc.org', '1-8']],
    ['imported', [OWN, 'a'], [OWN, 'b']],
    ['without-a', [OWN, 'b'], [OWN, 'a']],
  ] as const)('%s: %s may be in it, %s is not', (name, inside, outside) => {
    expect(isRejected(name, coded([...inside]))).toBe(false);
    expect(isRejected(name, coded([...outside]))).toBe(true);
    expect(isRejected(name, coded([...outside], [...inside]))).toBe(false);
  });

  test('of a quantity too', () => {
    const unit = (system: string) => ({ valueQuantity: { value: 1, system, code: '1' } });
    expect(isRejected('findings', unit(SNOMED))).toBe(false);
    expect(isRejected('findings', unit('http://unitsofmeasure.org'))).toBe(true);
    expect(isRejected('findings', { valueQuantity: { value: 1, unit: 'x' } })).toBe(false);
  });

  test('and is not asked about', () => {
    const asked = (code: [string, string]) =>
      issues('findings', coded(code), true).filter(({ rule }) => rule !== 'dom-6');
    expect(asked([SNOMED, '1'])).toMatchObject([{ undecided: { valueSet: `${SETS}findings` } }]);
    expect(asked([OWN, 'a'])).toMatchObject([{ rule: 'profile/binding', severity: 'error' }]);
  });
});

test.each(['findings', 'mixed', 'of-unknown'])('%s: a concept needs a code of it', (name) => {
  expect(isRejected(name, { method: { text: 'x' } })).toBe(true);
  expect(isRejected(name, { method: { coding: [{ display: 'x' }] } })).toBe(true);
  expect(isRejected(name, { method: { coding: [{ system: SNOMED, display: 'x' }] } })).toBe(true);
});

test.each(['of-unknown', 'circular'])('%s: codes of any system may be in it', (name) => {
  expect(isRejected(name, coded([OWN, 'x']))).toBe(false);
  expect(isRejected(name, coded(['http://loinc.org', '1-8']))).toBe(false);
});

test('a value set that is not loaded rejects nothing, as in HL7’s validator', () => {
  expect(isRejected('not-loaded', coded([OWN, 'x']))).toBe(false);
  expect(isRejected('not-loaded', { method: { text: 'x' } })).toBe(false);
});

test('a text without a system may be a code of any system', () => {
  const component = [{ code: { text: 'x' }, valueString: 'anything' }];
  expect(isRejected('mixed', { component })).toBe(false);
});
