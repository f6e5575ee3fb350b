import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { referencesIn, withPrefix } from '../../../core/delivery/prefixed-ids.ts';

const P = 'a-';
const of = (resource: object, prefix = P) => {
  const its = withPrefix(JSON.stringify(resource), prefix);
  return its.kind === 'text' ? JSON.parse(its.text) : its;
};
const referring = (reference: unknown) =>
  of({ resourceType: 'Observation', subject: { reference } });

describe('R51: ids at a server that sources share begin with the prefix', () => {
  test('the resource’s own id does, but ids inside it do not', () => {
    const contained = [{ resourceType: 'Patient', id: 'c', extension: [{ id: 'e' }] }];
    expect(of({ resourceType: 'Patient', id: 'p1', contained, name: [{ id: 'n' }] })).toEqual({
      resourceType: 'Patient',
      id: 'a-p1',
      contained,
      name: [{ id: 'n' }],
    });
  });

  test.each([
    ['Patient/p1', 'Patient/a-p1'],
    ['Patient/p1/_history/3', 'Patient/a-p1/_history/3'],
    ['Patient/p1#c', 'Patient/a-p1#c'],
    ['Patient/b-p1', 'Patient/a-b-p1'],
  ])('the id in a reference does: %s', (reference, there) => {
    expect(referring(reference)).toMatchObject({ subject: { reference: there } });
  });

  test.each([
    '#c',
    '',
    'https://other.example.org/fhir/Patient/p1',
    'urn:uuid:0b5ae8a1-2c1b-4f5e-9a39-0f4f6f3c9d11',
    'Patient?identifier=s|1',
    'Patient/',
    'Patient/p1/x',
    'patient/p1',
    `Patient/${'x'.repeat(65)}`,
    `${'P'.repeat(300)}/p1`,
  ])('the text %j does not', (reference) => {
    expect(referring(reference)).toMatchObject({ subject: { reference } });
  });

  test('elements named Reference, or with a reference that is not a string, are searched inside', () => {
    const reference = { reference: 'Patient/p1', display: 'id' };
    expect(referring(reference)).toMatchObject({
      subject: { reference: { reference: 'Patient/a-p1' } },
    });
    expect(referring(['Patient/p1', 1, null])).toMatchObject({
      subject: { reference: ['Patient/p1', 1, null] },
    });
  });

  test('references in a Bundle to its entries do not, nor do the entries', () => {
    const entry = (reference: string) => [
      {
        fullUrl: 'https://x.example.org/Patient/p1',
        resource: { resourceType: 'Patient', id: 'p1' },
      },
      { resource: { resourceType: 'Observation', subject: { reference } } },
    ];
    const bundle = (reference: string) => ({
      resourceType: 'Bundle',
      id: 'b',
      entry: entry(reference),
    });
    expect(of(bundle('Patient/p1'))).toEqual({ ...bundle('Patient/p1'), id: 'a-b' });
    expect(of(bundle('Patient/p2'))).toEqual({ ...bundle('Patient/a-p2'), id: 'a-b' });
  });

  test('the id does, however it is written in JSON', () => {
    const text = '{ "\\u0069d" : "p\\u0031", "x":{"reference":"Patient\\/p1"}, "d": 1.50 }';
    expect(withPrefix(text, P)).toEqual({
      kind: 'text',
      text: '{ "\\u0069d" : "a-p1", "x":{"reference":"Patient/a-p1"}, "d": 1.50 }',
    });
  });

  test('both do if the id occurs twice', () => {
    expect(withPrefix('{"id":"p","id":"q"}', P)).toEqual({
      kind: 'text',
      text: '{"id":"a-p","id":"a-q"}',
    });
  });

  test('an id that would be longer than 64 characters is refused, and so is such a reference', () => {
    const id = 'x'.repeat(62);
    expect(of({ resourceType: 'Patient', id })).toMatchObject({ id: `a-${id}` });
    const refused = { kind: 'refused', reason: expect.stringContaining('64 characters') };
    expect(of({ resourceType: 'Patient', id: `${id}x` })).toEqual(refused);
    expect(referring(`Patient/${id}`)).toMatchObject({ subject: {} });
    expect(referring(`Patient/${id}x`)).toEqual(refused);
  });
});

test('without a prefix a text stays unchanged', () => {
  expect(withPrefix('{"id":"p"}', '')).toEqual({ kind: 'text', text: '{"id":"p"}' });
});

test('a text that is not one JSON value is scanned as well', () => {
  expect(withPrefix('1, "id", {}', P)).toEqual({ kind: 'text', text: '1, "id", {}' });
});

test('everything else stays unchanged, byte for byte (property)', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (json) => {
      const text = `{"x":${json.replaceAll(/"(id|reference|fullUrl)"/g, '"y"')}, "n": 1.0}`;
      expect(withPrefix(text, P)).toEqual({ kind: 'text', text });
    }),
  );
});

test('megabytes of quotes, or a million levels, neither throw nor take long', () => {
  const quotes = `{"x":"${'\\\\'.repeat(1_000_000)}${'\\"'.repeat(500_000)}","id":"p"}`;
  expect(withPrefix(quotes, P)).toMatchObject({
    kind: 'text',
    text: expect.stringMatching(/a-p"}$/),
  });
  expect(withPrefix('['.repeat(1_000_000), P)).toMatchObject({ kind: 'text' });
});

const SERVER = { endpoint: 'https://a.example.org/r4', idPrefix: '' };

test('R18: what a text refers to is what a prefix would change, and what a server would search for', () => {
  const refer = (...references: string[]) => references.map((reference) => ({ reference }));
  const text = JSON.stringify({
    resourceType: 'Bundle',
    id: 'b',
    entry: [
      { fullUrl: 'https://a.example.org/r4/Patient/in', resource: { resourceType: 'Patient' } },
      { resource: { resourceType: 'Observation', subject: { reference: 'Patient/in' } } },
    ],
    link: refer('#c', 'urn:uuid:1', 'Patient?identifier=1', 'https://a.example.org/Patient/2'),
    performer: refer('Patient/p1', 'Group/g', 'Patient/p1/_history/2#c', ''),
    note: 'Patient/in-a-text',
  });
  expect([...referencesIn(text, SERVER)]).toEqual([
    'Patient?identifier=1',
    'Patient/p1',
    'Group/g',
  ]);
  expect([...referencesIn('{"resourceType":"Patient"}', SERVER)]).toEqual([]);
});

test.each([
  ['', '/Patient/p1', ['Patient/p1']],
  ['', '/Patient/p1/_history/2', ['Patient/p1']],
  ['', '/Patient?identifier=s|1', ['Patient?identifier=s|1']],
  ['', '/Patient/p1/name', []],
  ['', 'x/Patient/p1', []],
  ['a-', '/Patient/a-p1', ['Patient/p1']],
  ['a-', '/Patient/b-p1', []],
])(
  'R18: with the prefix %j, the server’s own address and %s is a reference to %j',
  (idPrefix, rest, names) => {
    const subject = { reference: `https://a.example.org/r4${rest}` };
    const text = JSON.stringify({ resourceType: 'Observation', subject });
    expect([...referencesIn(text, { ...SERVER, idPrefix })]).toEqual(names);
  },
);
