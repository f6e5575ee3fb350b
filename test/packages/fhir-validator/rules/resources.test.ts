import { describe, expect, test } from 'vitest';
import { errors, observation, patient } from '../support/patient.ts';

describe('references', () => {
  test('ref-1: a local reference must lead to a contained resource', () => {
    expect(errors(observation({ subject: { reference: '#p' } }))).toEqual([
      'invariant Observation.subject',
    ]);
    const contained = [{ resourceType: 'Patient', id: 'p' }];
    expect(errors(observation({ contained, subject: { reference: '#p' } }))).toEqual([]);
  });

  test('ref-1: the container itself may be referred to only from a contained resource', () => {
    expect(errors(observation({ subject: { reference: '#' } }))).toContain(
      'invariant Observation.subject',
    );
    const managed = [
      { resourceType: 'Location', id: 'l', managingOrganization: { reference: '#' } },
    ];
    const organization = { resourceType: 'Organization', name: 'a', contained: managed };
    expect(errors(organization)).toEqual([]);
  });

  test.each([
    [{ reference: 'Medication/1' }, 'a relative one'],
    [{ reference: 'http://example.org/fhir/Medication/1' }, 'an absolute one'],
    [{ reference: 'Medication/1/_history/2' }, 'one of a version'],
    [{ type: 'Medication', identifier: { value: '1' } }, 'a logical one'],
  ])('%j (%s) to a wrong type is refused', (subject, _kind) => {
    expect(errors(observation({ subject }))).toEqual(['structure Observation.subject']);
    expect(errors(observation({ subject }), { referenceTarget: 'warning' })).toEqual([]);
    expect(errors(observation({ subject }), { referenceTarget: 'ignore' })).toEqual([]);
  });

  test('a contained resource of a wrong type is refused', () => {
    const contained = [{ resourceType: 'Medication', id: 'm' }];
    expect(errors(observation({ contained, subject: { reference: '#m' } }))).toEqual([
      'structure Observation.subject',
    ]);
  });

  test.each([
    'Patient/1',
    'urn:uuid:68d043b5-9ecf-4559-a57a-396e0d452311',
    'http://example.org/x',
    'a',
  ])('%s may refer to a patient', (reference) =>
    expect(errors(observation({ subject: { reference } }))).toEqual([]),
  );
});

describe('contained resources', () => {
  const holding = (contained: Record<string, unknown>) =>
    observation({
      contained: [{ resourceType: 'Patient', id: 'p', ...contained }],
      subject: { reference: '#p' },
    });

  test.each([
    [
      'dom-2',
      {
        contained: [{ resourceType: 'Patient', id: 'q' }],
        link: [{ type: 'seealso', other: { reference: '#q' } }],
      },
    ],
    ['dom-4', { meta: { versionId: '1' } }],
    ['dom-4', { meta: { lastUpdated: '2024-01-01T00:00:00Z' } }],
    ['dom-5', { meta: { security: [{ code: 'R' }] } }],
  ])('%s', (_key, contained) => {
    expect(errors(holding(contained))).toContain('invariant Observation');
  });

  test('dom-3: one without a reference to it is refused', () => {
    const contained = [{ resourceType: 'Patient', id: 'p' }];
    expect(errors(observation({ contained }))).toEqual(['invariant Observation']);
  });

  test('dom-3: a reference to itself is not one from elsewhere', () => {
    const focus = (id: string) => [{ reference: `#${id}` }];
    const part = (id: string, to: string) => ({
      resourceType: 'Observation',
      id,
      status: 'final',
      code: { text: 'a' },
      focus: focus(to),
    });
    const of = (...contained: unknown[]) => errors(observation({ contained, focus: focus('a') }));
    expect(of(part('a', 'b'), part('b', 'b'))).toEqual([]);
    expect(of(part('a', 'a'), part('b', 'b'))).toEqual(['invariant Observation']);
  });

  test('dom-3: a canonical counts as a reference', () => {
    const response = {
      resourceType: 'QuestionnaireResponse',
      status: 'completed',
      contained: [{ resourceType: 'Questionnaire', id: 'q', status: 'draft' }],
      questionnaire: '#q',
    };
    expect(errors(response)).toEqual([]);
  });

  test('dom-3: nothing can refer to one without an id', () => {
    const library = { resourceType: 'Library', status: 'draft', type: { text: 'a' } };
    const plan = (id: object) => ({
      resourceType: 'PlanDefinition',
      status: 'draft',
      contained: [{ ...library, ...id }],
      library: ['#undefined'],
    });
    expect(errors(plan({ id: 'undefined' }))).toEqual([]);
    expect(errors(plan({}))).toEqual(['invariant PlanDefinition']);
  });
});

describe('element ids', () => {
  test('are unique in a resource', () => {
    const name = [{ id: 'n', text: 'a' }];
    expect(errors(patient({ name, address: [{ id: 'n', text: 'a' }] }))).toEqual([
      'business-rule Patient.address[0]',
    ]);
    const request = { method: 'POST', url: 'Patient' };
    const entry = [1, 2].map(() => ({ resource: patient({ name }), request }));
    expect(errors({ resourceType: 'Bundle', type: 'batch', entry })).toEqual([]);
  });

  test('have no whitespace', () => {
    expect(errors(patient({ name: [{ id: 'a b', text: 'a' }] }))).toEqual([
      'value Patient.name[0].id',
    ]);
  });
});

describe('data types', () => {
  test('Attachment: the size is the size of the data', () => {
    const photo = (size: number) =>
      patient({ photo: [{ contentType: 'a/b', data: 'QUI=', size }] });
    expect(errors(photo(2))).toEqual([]);
    expect(errors(photo(4))).toEqual(['structure Patient.photo[0]']);
  });

  test.each([
    [{ system: 'local', code: 'a' }, 'value Patient.maritalStatus.coding[0].system'],
    [{ system: '#c', code: 'a' }, 'value Patient.maritalStatus.coding[0].system'],
    [
      { system: 'http://hl7.org/fhir/ValueSet/x', code: 'a' },
      'value Patient.maritalStatus.coding[0].system',
    ],
    [
      { system: 'http://hl7.org/fhir/contact-point-use', code: 'nonsense' },
      'code-invalid Patient.maritalStatus.coding[0].code',
    ],
  ])('Coding: %j is refused', (coding, expected) => {
    expect(errors(patient({ maritalStatus: { coding: [coding] } }))).toEqual([expected]);
  });

  test('Identifier: the system is absolute, and the value is too if it is a URI', () => {
    const identified = (system: string, value: string) =>
      errors(patient({ identifier: [{ system, value }] }));
    expect(identified('local', '1')).toEqual(['value Patient.identifier[0].system']);
    expect(identified('urn:ietf:rfc:3986', '1')).toEqual(['value Patient.identifier[0].value']);
    expect(identified('urn:ietf:rfc:3986', 'urn:oid:1.2')).toEqual([]);
  });
});

test('the id of a resource may have extensions, that of an element may not', () => {
  const _id = { extension: [{ url: 'http://example.org/a', valueString: 'a' }] };
  expect(errors(patient({ id: 'a', _id }))).toEqual([]);
  expect(errors(patient({ id: 'a', _id: {} }))).toEqual(['structure Patient.id']);
  expect(errors(patient({ name: [{ id: 'a', _id, text: 'a' }] }))).toEqual([
    'structure Patient.name[0]',
  ]);
});
