/** Bundles that can grow to any size, each aimed at a rule about relations between entries. */
import { list, type Making, nested } from './growth.ts';

type Value = Record<string, unknown>;

const bundle = (type: string, entry: Value[], more: Value = {}): string =>
  JSON.stringify({ resourceType: 'Bundle', type, entry, ...more });
const url = (i: number): string => `http://example.org/fhir/Basic/${i}`;
const basic = (i: number, to: number[]): Value => ({
  fullUrl: url(i),
  resource: {
    resourceType: 'Basic',
    id: String(i),
    code: { text: 'a' },
    extension: to.map((each) => ({
      url: 'http://a.b/c',
      valueReference: { reference: `Basic/${each}`, type: 'Basic' },
    })),
  },
});
const composition: Value = {
  fullUrl: 'http://example.org/fhir/Composition/c',
  resource: {
    resourceType: 'Composition',
    id: 'c',
    status: 'final',
    type: { text: 'a' },
    date: '2024',
    author: [{ reference: 'Basic/0' }],
    title: 'a',
  },
};
export const BUNDLES: Making[] = [
  [
    'entries with references',
    (n) =>
      bundle(
        'collection',
        list(n, (i) => basic(i, [0, i])),
      ),
  ],
  [
    'a document in which each entry refers to the next',
    (n) => bundle('document', [composition, ...list(n, (i) => basic(i, [i + 1, 0]))]),
  ],
  [
    'a document whose entries are not connected',
    (n) => bundle('document', [composition, ...list(n, (i) => basic(i, [i]))]),
  ],
  [
    'a document of backward references',
    (n) => bundle('document', [composition, ...list(n, (i) => basic(i, [i - 1, n - i]))]),
  ],
  [
    'nested sections',
    (n) =>
      nested(
        n,
        '{"resourceType":"Bundle","type":"document","entry":[{"resource":{"resourceType":"Composition","section":[{"section":[',
        '{}',
        ']}]}}]}',
      ).slice(0, 40 * n),
  ],
  [
    'a search for many types',
    (n) =>
      bundle(
        'searchset',
        list(n, (i) => ({
          fullUrl: url(i),
          resource: { resourceType: 'Basic', id: String(i), code: { text: 'a' } },
          search: { mode: 'match' },
        })),
        {
          link: [
            { relation: 'self', url: `http://a.b/c?_type=${list(n, () => 'Patient').join()}` },
          ],
        },
      ),
  ],
  [
    'long urls',
    (n) =>
      bundle('collection', [
        {
          fullUrl: `http://${'a/'.repeat(n)}Patient/x`,
          resource: { resourceType: 'Patient', id: 'x' },
        },
      ]),
  ],
  [
    'many long urls',
    (n) =>
      bundle(
        'collection',
        list(n, (i) => ({
          fullUrl: `http://${'Aa/'.repeat(500)}${i}`,
          resource: { resourceType: 'Patient' },
        })),
      ),
  ],
];
