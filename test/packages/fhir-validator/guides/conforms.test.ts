/** https://hl7.org/fhir/R4/fhirpath.html#functions: conformsTo() */
import { beforeAll, expect, test } from 'vitest';
import { CANONICAL, constraint, guide, profile } from '../support/guide.ts';
import { observation } from '../support/patient.ts';
import { compiledGuides } from '../support/profiled.ts';

const conforming = (name: string, url: string, what = 'subject.resolve()') =>
  profile(name, 'Observation', [
    { id: 'Observation', ...constraint('to-1', `${what}.conformsTo('${url}')`) },
  ]);
const BASE = 'http://hl7.org/fhir/StructureDefinition/';

let guides: Awaited<ReturnType<typeof compiledGuides>>;
beforeAll(async () => {
  const structures = [
    profile('male', 'Patient', [{ id: 'Patient.gender', min: 1, fixedCode: 'male' }]),
    conforming('to-profile', `${CANONICAL}male`),
    conforming('to-type', 'http://hl7.org/fhir/StructureDefinition/Patient'),
    conforming('to-nothing', `${CANONICAL}nothing`),
    conforming('to-resource', `${BASE}Resource`),
    conforming('to-data-type', `${BASE}CodeableConcept`, 'code'),
    conforming('to-another', `${BASE}SimpleQuantity`, 'value'),
    profile('coded', 'CodeableConcept', [{ id: 'CodeableConcept.text', min: 1 }]),
    conforming('to-choice', `${CANONICAL}coded`, 'value'),
    profile('to-itself', 'Observation', [
      { id: 'Observation', ...constraint('to-1', `conformsTo('${CANONICAL}to-itself')`) },
    ]),
  ];
  guides = await compiledGuides([guide(structures)], 'with-conforming');
});

const found = (name: string, subject: Record<string, unknown>) => {
  const resource = observation({
    contained: [{ id: 's', ...subject }],
    subject: { reference: '#s' },
    meta: { profile: [CANONICAL + name] },
  });
  return guides
    .validate(resource)
    .flatMap(({ severity, rule }) => (severity === 'error' ? [rule] : []));
};
const group = { resourceType: 'Group', type: 'person', actual: true };
const patient = (gender: string) => ({ resourceType: 'Patient', gender });

test('conformsTo() a profile that is loaded, of the same type', () => {
  expect(found('to-profile', patient('male'))).toEqual([]);
  expect(found('to-profile', patient('female'))).toEqual(['to-1']);
  expect(found('to-profile', group)).toEqual(['to-1']);
});

test('conformsTo() a type', () => {
  expect(found('to-type', patient('female'))).toEqual([]);
  expect(found('to-type', group)).toEqual(['to-1']);
});

test.each(['to-resource', 'to-data-type'])('%s: decided by the type of the element', (name) => {
  expect(found(name, group)).toEqual([]);
});

test('a choice conforms if the value that it has does', () => {
  const of = (valueCodeableConcept: Record<string, unknown>) =>
    guides
      .validate(observation({ valueCodeableConcept, meta: { profile: [`${CANONICAL}to-choice`] } }))
      .flatMap(({ severity, rule }) => (severity === 'error' ? [rule] : []));
  expect(of({ text: 'a' })).toEqual([]);
  expect(of({ coding: [{ display: 'a' }] })).toEqual(['to-1']);
});

test('a profile that asks for itself ends', () => {
  expect(found('to-itself', group)).toEqual([]);
});

test('a profile that is not loaded fails the build, and a type that a value may not have', () => {
  const what = 'invariant to-1 of Observation';
  expect(guides.gaps.map((gap) => [gap.profile, gap.what, gap.isOpen])).toEqual([
    [`${CANONICAL}to-nothing`, what, false],
    [`${CANONICAL}to-another`, what, false],
  ]);
});
