import { describe, expect, test } from 'vitest';
import { errors, NARRATIVE, patient } from '../support/patient.ts';

const bundle = (type: string, entry: unknown[], more = {}) =>
  errors({ resourceType: 'Bundle', type, entry, ...more });
const at = (fullUrl: string, resource: unknown) => ({ fullUrl, resource });

describe('fullUrl', () => {
  test.each([
    ['Patient/a', ['invalid Bundle.entry[0].fullUrl']],
    ['http://example.org/Patient/b', ['invalid Bundle.entry[0].fullUrl']],
    ['http://example.org/Group/a', ['invalid Bundle.entry[0].fullUrl']],
    ['http://example.org/Patient/a', []],
    ['http://example.org/anything', []],
    ['urn:uuid:68d043b5-9ecf-4559-a57a-396e0d452311', []],
    ['http://example.org/Patient/a/_history/1', ['invariant Bundle.entry[0]']],
  ])('%s', (url, expected) => {
    expect(bundle('collection', [at(url, patient())])).toEqual(expected);
  });

  test('is that of what a PATCH changes, not of the patch', () => {
    const patch = { resourceType: 'Parameters' };
    const entry = (method: string) => ({
      ...at('http://example.org/Patient/a', patch),
      request: { method, url: 'Patient/a' },
    });
    expect(bundle('transaction', [entry('PATCH')])).toEqual([]);
    expect(bundle('transaction', [entry('PUT')])).toEqual(['invalid Bundle.entry[0].fullUrl']);
  });

  test('bdl-7: is unique', () => {
    const entry = at('http://example.org/Patient/a', patient());
    expect(bundle('collection', [entry, entry])).toEqual(['invariant Bundle']);
  });
});

test('certain link relations may occur once', () => {
  const link = ['self', 'next', 'self'].map((relation) => ({ relation, url: 'http://a.b' }));
  expect(errors({ resourceType: 'Bundle', type: 'searchset', link })).toEqual([
    'invalid Bundle.link[2]',
  ]);
});

describe('search results', () => {
  const link = [{ relation: 'self', url: 'http://example.org/Patient?name=a' }];
  const search = (mode: string, resource: unknown, url = link[0]?.url) =>
    bundle('searchset', [{ ...urlOf(resource), resource, search: { mode } }], {
      link: [{ relation: 'self', url }],
    });
  const urlOf = (resource: unknown) => {
    const { resourceType, id } = resource as { resourceType: string; id?: string };
    return id === undefined ? {} : { fullUrl: `http://example.org/${resourceType}/${id}` };
  };

  test('must be of the type that was searched for', () => {
    expect(search('match', patient())).toEqual([]);
    expect(search('match', { resourceType: 'Basic', id: 'a', code: { text: 'a' } })).toEqual([
      'invalid Bundle.entry[0].resource',
    ]);
    expect(search('match', patient(), 'http://example.org?_type=Group,Basic')).toHaveLength(1);
    expect(search('include', { resourceType: 'Basic', id: 'a', code: { text: 'a' } })).toEqual([]);
  });

  // https://hl7.org/fhir/R4/search.html#contained: the container is returned unless _containedType says otherwise.
  test.each([
    ['Medication?_contained=true', []],
    ['Medication?code=a?b&_contained=both&_containedType=container', []],
    ['Medication?_contained=false', ['invalid Bundle.entry[0].resource']],
    ['Medication?_contained=true&_containedType=contained', ['invalid Bundle.entry[0].resource']],
  ])('R04: may be the containers of what was searched for: %s', (url, expected) => {
    expect(search('match', patient(), `http://example.org/${url}`)).toEqual(expected);
  });

  test('R04: may be contained resources, two of which may have the same id', () => {
    const entries = ['23', '24'].map((id) => ({
      fullUrl: `http://example.org/MedicationRequest/${id}#m1`,
      resource: { resourceType: 'Medication', id: 'm1', code: { text: 'a' } },
      search: { mode: 'match' },
    }));
    const url = 'http://example.org/Medication?_contained=true&_containedType=contained';
    expect(bundle('searchset', entries, { link: [{ relation: 'self', url }] })).toEqual([]);
  });

  test('may be of any of the types, in however many parameters they are', () => {
    const of = (query: string) => search('match', patient(), `http://example.org/?${query}`);
    expect(of('_type=Group&_type=Patient')).toEqual([]);
    expect(of('_type=Group&_type=Basic')).toHaveLength(1);
  });

  test('must have ids', () => {
    expect(search('match', patient({ id: undefined }))).not.toEqual([]);
    const { id: _, ...nameless } = patient();
    expect(search('match', nameless)).toEqual(['invalid Bundle.entry[0].resource']);
  });

  test('must be outcomes if they say so', () => {
    const issue = [{ severity: 'error', code: 'invalid' }];
    expect(search('outcome', { resourceType: 'OperationOutcome', issue })).toEqual([]);
    expect(search('outcome', patient())).toEqual(['invalid Bundle.entry[0].resource']);
  });
});

describe('documents contain what their Composition refers to', () => {
  const document = (subject: string, section: unknown[] = [], more = {}) => {
    const composition = {
      resourceType: 'Composition',
      id: 'c',
      text: NARRATIVE,
      status: 'final',
      type: { text: 'a' },
      date: '2024',
      title: 'a',
      author: [{ reference: 'http://example.org/fhir/Patient/a' }],
      subject: { reference: subject },
      ...(section.length > 0 ? { section } : {}),
    };
    return bundle(
      'document',
      [
        at('http://example.org/fhir/Composition/c', composition),
        at('http://example.org/fhir/Patient/a', patient(more)),
      ],
      { identifier: { system: 'http://a.b', value: '1' }, timestamp: '2024-01-01T00:00:00Z' },
    );
  };

  test.each(['Patient/a', 'http://example.org/fhir/Patient/a'])(
    'a reference to %s is accepted',
    (subject) => {
      expect(document(subject)).toEqual([]);
    },
  );

  test.each([
    'Patient/b',
    'http://example.org/Patient/a',
    'urn:uuid:68d043b5-9ecf-4559-a57a-396e0d452311',
  ])('a reference to %s is refused', (subject) => {
    expect(document(subject)).toEqual(['not-found Bundle.entry[0].resource.subject']);
  });

  test.each([
    ['Patient/a/_history/2', []],
    ['http://example.org/fhir/Patient/a/_history/2', []],
    ['Patient/a/_history/1', ['not-found Bundle.entry[0].resource.subject']],
  ])('a reference to a version, %s, leads to an entry of that version', (subject, expected) => {
    expect(document(subject, [], { meta: { versionId: '2' } })).toEqual(expected);
  });

  test('a reference to a version does not lead to an entry without one', () => {
    expect(document('Patient/a/_history/1')).toHaveLength(1);
  });

  test('references in nested sections are checked', () => {
    const inner = { title: 'b', entry: [{ reference: 'Patient/b' }] };
    expect(document('Patient/a', [{ title: 'a', section: [inner] }])).toEqual([
      'not-found Bundle.entry[0].resource.section[0].section[0].entry[0]',
    ]);
  });
});
