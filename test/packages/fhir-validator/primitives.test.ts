import { describe, expect, test } from 'vitest';
import * as primitives from '../../../packages/fhir-validator/runtime/primitives.ts';
import { Report } from '../../../packages/fhir-validator/runtime/report.ts';

const settings = {
  issuesMax: 10,
  unknownExtension: 'warning',
  referenceTarget: 'error',
  unknownProfile: 'warning',
  resourceTypes: new Set<string>(),
} as const;

const checks = new Map(Object.entries(primitives));

function isValid(type: keyof typeof primitives, value: unknown): boolean {
  const report = new Report(settings);
  checks.get(type)?.(value, report, '');
  return report.errors === 0;
}

const MEGABYTE = 1024 * 1024;
const OK: [keyof typeof primitives, unknown[]][] = [
  ['boolean', [true, false]],
  ['integer', [0, -0, -1, 2 ** 31 - 1, -(2 ** 31)]],
  ['unsignedInt', [0, 2 ** 31 - 1]],
  ['positiveInt', [1, 2 ** 31 - 1]],
  ['decimal', [0, -1.5, 1e300, 5e-324]],
  ['string', ['a', ' a\n\tb\r', '\u00e9', '\ud83d\ude00', 'x'.repeat(MEGABYTE)]],
  ['markdown', ['# a\n\nb']],
  ['code', ['a', 'a b c', '<=']],
  ['id', ['a', 'A-1.b', 'x'.repeat(64)]],
  [
    'uri',
    ['a', 'http://x.org/y?z#1', 'urn:uuid:68d043b5-9ecf-4559-a57a-396e0d452311', 'urn:oid:1.2.0'],
  ],
  ['canonical', ['http://x.org/y|1.0', 'urn:oid:1.2|2', '#a']],
  ['oid', ['urn:oid:2.16.840.1']],
  ['uuid', ['urn:uuid:68d043b5-9ecf-4559-a57a-396e0d452311']],
  ['base64Binary', ['QUJD', 'QUI=', 'QQ==', 'a+/9', 'QUJD QUJD', 'QUJD\r\nQUI=\n', ' QUJD']],
  ['date', ['2024', '2024-02', '2024-02-29', '0001-01-01', '2000-02-29', '9999-12-31']],
  [
    'dateTime',
    ['2024', '2024-02-29', '2024-02-29T23:59:60Z', '2024-01-01T00:00:00.123456789+14:00'],
  ],
  ['instant', ['2024-01-01T00:00:00Z', '2024-01-01T00:00:00.1-13:59']],
  ['time', ['00:00:00', '23:59:60', '12:00:00.5']],
];

const WRONG: [keyof typeof primitives, unknown[]][] = [
  ['boolean', ['true', 0, null, {}, []]],
  ['integer', [1.5, 2 ** 31, Number.NaN, '1', null]],
  ['unsignedInt', [-1, -0, 2 ** 31, 0.5, '0']],
  ['positiveInt', [0, -1, 2 ** 31, '1']],
  ['decimal', ['1', Number.POSITIVE_INFINITY, Number.NaN, null]],
  ['string', ['', 1, 'a\u0000', 'a\u001f', 'x'.repeat(MEGABYTE + 1), null, ['a']]],
  ['code', ['', ' a', 'a ', 'a  b', 'a\tb', 'a\u00a0', 1]],
  ['id', ['', 'a_b', 'a b', 'x'.repeat(65), '\u00e9', 1]],
  ['uri', ['', 'a b', 'a\n', 'urn:oid:3.1', 'urn:oid:1.02', 'oid:1.2', 'uuid:1', 'urn:uuid:1', 1]],
  ['oid', ['1.2.3', 'urn:oid:x']],
  [
    'uuid',
    ['68d043b5-9ecf-4559-a57a-396e0d452311', 'urn:uuid:68D043B5-9ECF-4559-A57A-396E0D452311'],
  ],
  [
    'base64Binary',
    ['', 'Q', 'QU', 'QUI', 'QU JD', 'QUJ D', ' ', 'QQ==QUJD', 'Q===', '=QUJ', 'QU_D', 1],
  ],
  [
    'date',
    [
      '',
      '24',
      '2024-1',
      '2024-13',
      '2023-02-29',
      '1900-02-29',
      '2024-04-31',
      '0000',
      '2024-01-01T',
      ' 2024',
    ],
  ],
  [
    'dateTime',
    [
      '2024-01-01T',
      '2024-01-01T10:00',
      '2024-01-01T10:00:00',
      '2024-01-01T24:00:00Z',
      '2024-01T10:00:00Z',
      '2024-01-01T10:00:00.Z',
      '2024-01-01T10:00:00+14:01',
      '2024-01-01t10:00:00z',
    ],
  ],
  ['instant', ['2024', '2024-01-01', '2024-01-01T10:00:00']],
  ['time', ['10:00', '24:00:00', '10:60:00', '10:00:61', '10:00:00Z', '10:00:00.']],
];

describe('https://hl7.org/fhir/R4/datatypes.html', () => {
  test.each(OK)('%s accepts every allowed value', (type, values) => {
    expect(values.filter((each) => !isValid(type, each))).toEqual([]);
  });

  test.each(WRONG)('%s refuses every other value', (type, values) => {
    expect(values.filter((each) => isValid(type, each))).toEqual([]);
  });
});
