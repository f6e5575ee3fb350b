import { describe, expect, test } from 'vitest';
import { errors, observation, patient, warnings } from '../support/patient.ts';

const subject = (more: Record<string, unknown>) => observation({ subject: more });
const referred = (reference: string) => subject({ reference });
const inBundle = (reference: string) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: [
    { fullUrl: 'http://example.org/Observation/o', resource: { ...referred(reference), id: 'o' } },
  ],
});

describe('the form of a reference', () => {
  test.each([
    'Patient/1 2',
    ' Patient/1',
    'http://example.org/Patient/1 2',
    'Patient/',
    'Patient/1/2',
    'Patient//1',
    'Patient/1/_history/a b',
    'Patient/1/_history/',
    'http://',
    'https:///Patient/1',
  ])('%j is malformed', (reference) => {
    expect(errors(referred(reference))).toContain('value Observation.subject.reference');
  });

  test.each([
    'a082507a-0d00-0000-0002-000000000000',
    'a/b',
    '/Patient/1',
    './Patient/1',
    'Foo/1',
    'Patient/a_b',
  ])('%j is malformed in a bundle, and doubtful alone', (reference) => {
    const at = 'value Bundle.entry[0].resource.subject.reference';
    expect(errors(inBundle(reference))).toContain(at);
    expect(errors(referred(reference))).toEqual([]);
    expect(warnings(referred(reference))).toEqual(['value Observation.subject.reference']);
  });

  test.each([
    'Patient/1',
    'Patient/1/_history/2',
    'Patient/1#a',
    'Patient?identifier=http://example.org|1',
    'http://example.org/whatever/1',
    'urn:uuid:68d043b5-9ecf-4559-a57a-396e0d452311',
    'urn:oid:1.2.3',
  ])('%j is accepted, in a bundle as well', (reference) => {
    expect(errors(referred(reference))).toEqual([]);
    expect(errors(inBundle(reference))).toEqual([]);
  });
});

describe('Reference.type must agree with the reference', () => {
  test.each([
    'Patient/1',
    'http://example.org/fhir/Patient/1',
    'https://example.org/Patient/1/_history/3',
  ])('%s is not a Group', (reference) => {
    expect(errors(subject({ reference, type: 'Group' }))).toContain(
      'invalid Observation.subject.type',
    );
    expect(errors(subject({ reference, type: 'Patient' }))).toEqual([]);
  });

  test('for a contained resource', () => {
    const held = (type: string) =>
      observation({
        contained: [{ resourceType: 'Patient', id: 'p' }],
        subject: { reference: '#p', type },
      });
    expect(errors(held('Group'))).toEqual(['invalid Observation.subject.type']);
    expect(errors(held('Patient'))).toEqual([]);
  });

  test('for an entry of the bundle', () => {
    const fullUrl = 'urn:uuid:68d043b5-9ecf-4559-a57a-396e0d452311';
    const bundle = (type: string) => ({
      resourceType: 'Bundle',
      type: 'collection',
      entry: [
        { fullUrl, resource: patient() },
        {
          fullUrl: 'urn:uuid:68d043b5-9ecf-4559-a57a-396e0d452312',
          resource: subject({ reference: fullUrl, type }),
        },
      ],
    });
    expect(errors(bundle('Group'))).toEqual(['invalid Bundle.entry[1].resource.subject.type']);
    expect(errors(bundle('Patient'))).toEqual([]);
  });

  test('an entry of the bundle is of a type that the element allows', () => {
    const fullUrl = 'urn:uuid:68d043b5-9ecf-4559-a57a-396e0d452311';
    const entry = (at: string, resource: unknown) => ({ fullUrl: at, resource });
    const bundle = (resource: unknown) => ({
      resourceType: 'Bundle',
      type: 'collection',
      entry: [
        entry('http://example.org/Observation/a', {
          ...subject({ reference: fullUrl }),
          id: 'a',
        }),
        entry(fullUrl, resource),
      ],
    });
    expect(errors(bundle(patient()))).toEqual([]);
    expect(errors(bundle({ resourceType: 'Practitioner', id: 'b' }))).toEqual([
      'structure Bundle.entry[0].resource.subject',
    ]);
  });

  test.each(['http://example.org/StructureDefinition/Foo', 'Foo', 'patient'])(
    '%s is not a resource type',
    (type) => {
      expect(errors(subject({ identifier: { value: '1' }, type }))).toEqual([
        'value Observation.subject.type',
      ]);
    },
  );
});

describe('contained resources', () => {
  const organization = (id: string) => ({ resourceType: 'Organization', id, name: 'n' });

  test('with the same id are refused, at the second', () => {
    const contained = [organization('a'), organization('b'), organization('a')];
    const name = [{ extension: [{ url: 'http://a.b/c', valueReference: { reference: '#b' } }] }];
    const managingOrganization = { reference: '#a' };
    expect(errors(patient({ contained, name, managingOrganization }))).toEqual([
      'business-rule Patient.contained[2]',
    ]);
  });

  test.each(['<a href="#a">o</a>', '<img src="#a" alt="o"/>'])(
    'dom-3: count as referred to by %s',
    (inner) => {
      const div = `<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>`;
      const text = { status: 'generated', div };
      expect(errors(patient({ text, contained: [organization('a')] }))).toEqual([]);
      expect(errors(patient({ contained: [organization('a')] }))).toEqual(['invariant Patient']);
    },
  );

  test('may have a narrative that refers to a sibling', () => {
    const div = '<div xmlns="http://www.w3.org/1999/xhtml"><a href="#b">o</a></div>';
    const holder = { ...organization('a'), text: { status: 'generated', div } };
    const managingOrganization = { reference: '#a' };
    expect(
      errors(patient({ contained: [holder, organization('b')], managingOrganization })),
    ).toEqual([]);
  });
});
