import { describe, expect, test } from 'vitest';
import { errors, NARRATIVE, warnings } from '../support/patient.ts';

type Value = Record<string, unknown>;

const composition = (author: string): Value => ({
  resourceType: 'Composition',
  id: 'c',
  text: NARRATIVE,
  status: 'final',
  type: { text: 't' },
  date: '2025',
  author: [{ reference: author }],
  title: 't',
});
const practitioner = (id: string): Value => ({ resourceType: 'Practitioner', id, text: NARRATIVE });
const observation = (id: string, performer: string): Value => ({
  resourceType: 'Observation',
  id,
  text: NARRATIVE,
  status: 'final',
  code: { text: 'a' },
  performer: [{ reference: performer }],
});

const document = (...resources: Value[]): Value => ({
  resourceType: 'Bundle',
  type: 'document',
  identifier: { system: 'urn:ietf:rfc:3986', value: 'urn:oid:1.2' },
  timestamp: '2025-03-11T10:00:00Z',
  entry: resources.map((resource) => ({
    fullUrl: `http://example.org/fhir/${resource['resourceType']}/${resource['id']}`,
    resource,
  })),
});

describe('a document contains what its Composition refers to', () => {
  test('and nothing that is not connected with it', () => {
    const stranger = practitioner('2');
    expect(errors(document(composition('Practitioner/1'), practitioner('1'), stranger))).toEqual([
      'invalid Bundle.entry[2]',
    ]);
  });

  test('two unconnected entries that refer to each other are refused', () => {
    const resources = [observation('o', 'Practitioner/2'), practitioner('2')];
    const bundle = document(composition('Practitioner/1'), practitioner('1'), ...resources);
    expect(errors(bundle)).toEqual(['invalid Bundle.entry[2]', 'invalid Bundle.entry[3]']);
  });

  test('directly or indirectly, and by full URLs as well', () => {
    const first = observation('o', 'http://example.org/fhir/Practitioner/2');
    const held = { ...composition('Practitioner/1'), section: [] as unknown[] };
    held.section.push({ title: 's', text: NARRATIVE, entry: [{ reference: 'Observation/o' }] });
    const bundle = document(held, practitioner('1'), first, practitioner('2'));
    expect(errors(bundle)).toEqual([]);
    expect(warnings(bundle)).toEqual([]);
  });

  test('an entry that only refers to it is a warning, except provenance and style sheets', () => {
    const provenance = {
      resourceType: 'Provenance',
      id: 'p',
      text: NARRATIVE,
      target: [{ reference: 'Composition/c' }],
      recorded: '2025-03-11T10:00:00Z',
      agent: [{ who: { reference: 'Practitioner/1' } }],
    };
    const style = { resourceType: 'Binary', id: 's', contentType: 'text/css', data: 'QUJD' };
    const comment = observation('o', 'Practitioner/1');
    const bundle = document(composition('Practitioner/1'), practitioner('1'), comment);
    expect(errors(bundle)).toEqual([]);
    expect(warnings(bundle)).toEqual(['informational Bundle.entry[2]']);
    const along = document(composition('Practitioner/1'), practitioner('1'), provenance, style);
    expect(errors(along)).toEqual([]);
    expect(warnings(along)).toEqual([]);
  });
});

describe('entries must have a fullUrl', () => {
  const bundle = (type: string, entry: Value) => ({ resourceType: 'Bundle', type, entry: [entry] });
  const identified = { resource: practitioner('1') };
  const { id: _, ...nameless } = practitioner('1');

  test.each(['collection', 'searchset'])('in a %s', (type) => {
    expect(errors(bundle(type, identified))).toEqual(['required Bundle.entry[0]']);
  });

  test('in a collection, with or without an id', () => {
    expect(errors(bundle('collection', { resource: nameless }))).toEqual([
      'required Bundle.entry[0]',
    ]);
  });

  test('but not in a batch, nor without an id in the result of an operation or search', () => {
    const request = { method: 'PUT', url: 'Practitioner/1' };
    expect(errors(bundle('batch', { ...identified, request }))).toEqual([]);
    expect(
      errors(bundle('batch-response', { ...identified, response: { status: '200' } })),
    ).toEqual([]);
    expect(errors(bundle('searchset', { resource: nameless }))).toEqual([]);
    const issue = [{ severity: 'warning', code: 'informational' }];
    const resource = { resourceType: 'OperationOutcome', id: 'o', text: NARRATIVE, issue };
    expect(errors(bundle('searchset', { resource, search: { mode: 'outcome' } }))).toEqual([]);
  });
});
