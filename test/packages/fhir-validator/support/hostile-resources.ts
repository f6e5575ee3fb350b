/** Resources that can grow to any size, each aimed at a rule about resources. */
import { list, type Making } from './growth.ts';
import { NARRATIVE } from './patient.ts';

type Value = Record<string, unknown>;

const json = (value: Value): string => JSON.stringify({ text: NARRATIVE, ...value });
const patient = (more: Value): string => json({ resourceType: 'Patient', ...more });
const observed = (more: Value): string =>
  json({ resourceType: 'Observation', status: 'final', code: { text: 'a' }, ...more });
const vitals = 'http://hl7.org/fhir/StructureDefinition/vitalsigns';

export const RESOURCES: Making[] = [
  [
    'one profile declared many times',
    (n) => observed({ meta: { profile: list(n, () => vitals) } }),
  ],
  [
    'one profile, many elements',
    (n) =>
      observed({
        meta: { profile: list(n, () => vitals) },
        component: list(n, () => ({ code: { text: 'a' }, valueString: 'b' })),
      }),
  ],
  ['different profiles', (n) => observed({ meta: { profile: list(n, (i) => `http://a.b/${i}`) } })],
  [
    'contained resources and references to them',
    (n) =>
      json({
        resourceType: 'Group',
        type: 'person',
        actual: true,
        contained: list(n, (i) => ({ resourceType: 'Patient', id: `p${i}` })),
        member: list(n, (i) => ({ entity: { reference: `#p${i}`, type: 'Patient' } })),
      }),
  ],
  [
    'contained resources with the same id',
    (n) => patient({ contained: list(n, () => ({ resourceType: 'Basic', id: 'a' })) }),
  ],
  [
    'contained resources with narratives that link to each other',
    (n) =>
      patient({
        contained: list(n, (i) => ({
          resourceType: 'Basic',
          id: `b${i}`,
          code: { text: 'a' },
          text: {
            status: 'generated',
            div: '<div xmlns="http://www.w3.org/1999/xhtml"><a href="#b0">a</a><a href="#no">a</a></div>',
          },
        })),
      }),
  ],
  [
    'a long reference',
    (n) =>
      patient({
        managingOrganization: { reference: `${'A/_history/'.repeat(n)}`, type: 'Organization' },
      }),
  ],
  [
    'data of a signal',
    (n) =>
      observed({
        valueSampledData: {
          origin: { value: 0 },
          period: 1,
          dimensions: 1,
          data: list(n, () => '1').join(' '),
        },
      }),
  ],
  [
    'a unit',
    (n) =>
      observed({
        valueRange: {
          low: { value: 1, system: 'http://unitsofmeasure.org', code: 'm.'.repeat(n) },
          high: { value: 1, system: 'http://unitsofmeasure.org', code: 'g' },
        },
      }),
  ],
  [
    'units',
    (n) =>
      observed({
        component: list(n, () => ({
          code: { text: 'a' },
          valueRange: {
            low: { value: 5, system: 'http://unitsofmeasure.org', code: 'kg' },
            high: { value: 500, system: 'http://unitsofmeasure.org', code: 'g' },
          },
        })),
      }),
  ],
  ['wrapped base64', (n) => patient({ photo: [{ data: 'QUJD\r\n'.repeat(n), size: 1 }] })],
  [
    'a path of an element',
    (n) =>
      json({
        resourceType: 'StructureDefinition',
        url: 'http://a.b',
        name: 'A',
        status: 'draft',
        kind: 'resource',
        abstract: false,
        type: 'A',
        differential: { element: [{ path: `A${'.a'.repeat(n)}` }] },
      }),
  ],
  [
    'paths of elements',
    (n) =>
      json({
        resourceType: 'StructureDefinition',
        url: 'http://a.b',
        name: 'A',
        status: 'draft',
        kind: 'resource',
        abstract: false,
        type: 'A',
        differential: { element: list(n, (i) => ({ id: `A.a${i}`, path: `A.a${i}` })) },
      }),
  ],
  [
    'brackets of an expression',
    (n) =>
      json({
        resourceType: 'SearchParameter',
        url: 'http://a.b',
        name: 'A',
        status: 'draft',
        description: 'a',
        code: 'a',
        base: ['Patient'],
        type: 'token',
        expression: `${'('.repeat(n)}a${')'.repeat(n)}`,
      }),
  ],
  [
    'comments of an expression',
    (n) =>
      json({
        resourceType: 'SearchParameter',
        url: 'http://a.b',
        name: 'A',
        status: 'draft',
        description: 'a',
        code: 'a',
        base: ['Patient'],
        type: 'token',
        expression: `${'/*/'.repeat(n)}`,
      }),
  ],
  [
    'items of a questionnaire',
    (n) =>
      json({
        resourceType: 'Questionnaire',
        status: 'draft',
        item: list(n, (i) => ({
          linkId: `l${i}`,
          type: 'group',
          item: [{ linkId: `m${i}`, type: 'display' }],
        })),
      }),
  ],
  [
    'parts of an extension',
    (n) =>
      patient({
        extension: [
          {
            url: 'http://hl7.org/fhir/StructureDefinition/patient-nationality',
            extension: list(n, () => ({ url: 'code', valueCodeableConcept: { text: 'a' } })),
          },
        ],
      }),
  ],
  ['ids of elements', (n) => patient({ name: list(n, (i) => ({ id: `n${i}`, family: 'a' })) })],
  ['repeated ids of elements', (n) => patient({ name: list(n, () => ({ id: 'n', family: 'a' })) })],
  [
    'choices with unknown types',
    (n) =>
      observed({
        meta: { profile: [vitals] },
        ...Object.fromEntries(list(n, (i) => [`valueK${i}`, 1])),
      }),
  ],
];
