import { describe, expect, test } from 'vitest';
import { validateResource, validateText } from '../../fhir/validator.ts';
import { errors, patient } from './support/patient.ts';

/** Far above what any of these takes, far below what a quadratic would take. */
const TIME_MAX_MS = 5_000;

function timed<T>(run: () => T): T {
  const started = performance.now();
  const result = run();
  expect(performance.now() - started).toBeLessThan(TIME_MAX_MS);
  return result;
}

describe('names of what every object inherits', () => {
  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])('%s', (key) => {
    const text = `{"resourceType":"Patient","name":[{"${key}":{"a":1}}],"${key}":"x"}`;
    const { issues } = validateText(text);
    expect(
      issues.filter((each) => each.severity === 'error').map((each) => each.expression),
    ).toEqual(['Patient.name[0]', 'Patient']);
    expect(errors({ resourceType: key })).toEqual(['structure Resource']);
  });
});

describe('depth', () => {
  const deep = (open: string, close: string, levels = 100_000) =>
    open.repeat(levels) + close.repeat(levels);

  test.each([
    ['arrays', deep('[', ']')],
    ['objects', `{"resourceType":"Patient","name":${deep('{"a":', '}').replace('}', '1}')}}`],
    ['arrays in a name', `{"resourceType":"Patient","name":${deep('[', ']')}}`],
    [
      'extensions',
      `{"resourceType":"Patient","extension":${deep('[{"url":"http://a.b/c","extension":', '}]').replace(':}', ':1}')}}`,
    ],
    [
      'contained',
      `{"resourceType":"Patient","contained":${deep('[{"resourceType":"Patient","contained":', '}]').replace(':}', ':1}')}}`,
    ],
    ['no end', '['.repeat(100_000)],
    [
      'Bundles',
      `{"resourceType":"Bundle","type":"collection","entry":${deep('[{"resource":{"resourceType":"Bundle","type":"collection","entry":', '}}]', 30_000).replace(':}', ':1}')}}`,
    ],
  ])('%s nested without measure', (_name, text) => {
    const { issues } = timed(() => validateText(text));
    expect(issues.some((each) => each.severity === 'error')).toBe(true);
  });
});

describe('size', () => {
  test('a million issues', () => {
    const broken = patient({ name: Array.from({ length: 1_000_000 }, () => ({ family: '' })) });
    expect(timed(() => validateResource(broken)).issues).toHaveLength(100);
  });

  const megabyte = 1024 * 1024;
  test.each([
    ['identifier', [{ system: `urn:oid:1${'.0'.repeat(megabyte)}`, value: 'a' }]],
    ['birthDate', `2024-01-01T00:00:00.${'0'.repeat(megabyte)}`],
    ['implicitRules', `${'http://a/'.repeat(megabyte / 10)} `],
    ['id', 'a'.repeat(megabyte)],
    ['language', 'a '.repeat(megabyte / 2)],
    ['gender', ' '.repeat(megabyte)],
    ['photo', [{ data: `${'QUJD'.repeat(megabyte / 4)}*` }]],
    ['text', { status: 'generated', div: `<div ${'a'.repeat(megabyte / 2)}` }],
    ['text', { status: 'generated', div: '<div '.repeat(megabyte / 8) }],
    ['text', { status: 'generated', div: `<div>${'&'.repeat(megabyte / 2)}` }],
    ['text', { status: 'generated', div: `<div>${' '.repeat(megabyte / 2)}` }],
    ['managingOrganization', { reference: `${'A/'.repeat(megabyte / 4)}\u0001` }],
    ['link', [{ type: 'seealso', other: { reference: `#${'a'.repeat(megabyte / 2)}` } }]],
    ['contact', [{ telecom: [{ value: '' }] }]],
  ])('a megabyte in %s', (key, value) => {
    expect(timed(() => errors(patient({ [key]: value }))).length).toBeGreaterThan(0);
  });

  test.each([
    `${'9'.repeat(1_000_000)}`,
    `1.${'0'.repeat(1_000_000)}`,
    `[${'1.5,'.repeat(200_000)}1.5]`,
    `"${'\\" :'.repeat(200_000)}"`,
    `${' '.repeat(1_000_000)}1`,
  ])('a text of a megabyte in one member', (value) => {
    const text = `{"resourceType":"Patient","multipleBirthInteger":1,"nonsense":${value}}`;
    expect(timed(() => validateText(text)).issues.length).toBeGreaterThan(0);
  });

  test('many contained resources and references to them', () => {
    const ids = Array.from({ length: 20_000 }, (_, i) => `p${i}`);
    const holder = {
      resourceType: 'Group',
      type: 'person',
      actual: true,
      contained: ids.map((id) => ({ resourceType: 'Patient', id })),
      member: ids.map((id) => ({ entity: { reference: `#${id}` } })),
    };
    expect(timed(() => errors(holder))).toEqual([]);
  });

  test('many entries with links among them', () => {
    const entry = Array.from({ length: 20_000 }, (_, i) => ({
      fullUrl: `http://example.org/Patient/p${i}`,
      resource: {
        resourceType: 'Patient',
        id: `p${i}`,
        link: [{ type: 'seealso', other: { reference: 'Patient/p1' } }],
      },
    }));
    const bundle = { resourceType: 'Bundle', type: 'collection', entry };
    expect(timed(() => errors(bundle))).toEqual([]);
  });

  test('many anchors and links in a narrative', () => {
    const links = Array.from({ length: 20_000 }, (_, i) => `<a href="#x${i}">x</a>`).join('');
    const div = `<div xmlns="http://www.w3.org/1999/xhtml">${links}</div>`;
    expect(timed(() => errors(patient({ text: { status: 'generated', div } })))).toHaveLength(100);
  });
});
