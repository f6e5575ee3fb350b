import { afterAll, describe, expect, test } from 'vitest';
import { heapBytes } from '../../../packages/fhir-validator/text/weight.ts';
import { validateResource, validateText } from '../../../packages/fhir-validator/validator.ts';
import { growthOf } from './support/growth.ts';
import { FAMILIES } from './support/hostile-inputs.ts';
import { ValidatorInWorker } from './support/in-worker.ts';
import { errors, patient } from './support/patient.ts';

/** Processor time: far above what any of these inputs takes, far below what quadratic code would take. */
const TIME_MAX_MS = 5_000;

function timed<T>(run: () => T): T {
  const started = process.threadCpuUsage();
  const result = run();
  const { user, system } = process.threadCpuUsage(started);
  expect((user + system) / 1_000).toBeLessThan(TIME_MAX_MS);
  return result;
}

describe('names that every object inherits', () => {
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
    ['a text without an end', '['.repeat(100_000)],
    [
      'Bundles',
      `{"resourceType":"Bundle","type":"collection","entry":${deep('[{"resource":{"resourceType":"Bundle","type":"collection","entry":', '}}]', 30_000).replace(':}', ':1}')}}`,
    ],
  ])('%s nested to any depth get a verdict', (_name, text) => {
    const { issues } = timed(() => validateText(text));
    expect(issues.some((each) => each.severity === 'error')).toBe(true);
  });
});

describe('size', () => {
  test('a million issues are cut off', () => {
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
  ])('a megabyte in %s gets a verdict', (key, value) => {
    expect(timed(() => errors(patient({ [key]: value }))).length).toBeGreaterThan(0);
  });

  test.each([
    `${'9'.repeat(1_000_000)}`,
    `1.${'0'.repeat(1_000_000)}`,
    `[${'1.5,'.repeat(200_000)}1.5]`,
    `"${'\\" :'.repeat(200_000)}"`,
    `${' '.repeat(1_000_000)}1`,
  ])('a text of a megabyte in one member gets a verdict', (value) => {
    const text = `{"resourceType":"Patient","multipleBirthInteger":1,"nonsense":${value}}`;
    expect(timed(() => validateText(text)).issues.length).toBeGreaterThan(0);
  });

  test('many contained resources and references to them get a verdict', () => {
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

  test('many entries with links among them get a verdict', () => {
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

  test('many anchors and links in a narrative get a verdict', () => {
    const links = Array.from({ length: 20_000 }, (_, i) => `<a href="#x${i}">x</a>`).join('');
    const div = `<div xmlns="http://www.w3.org/1999/xhtml">${links}</div>`;
    expect(timed(() => errors(patient({ text: { status: 'generated', div } })))).toHaveLength(100);
  });
});

describe('R62: each rule takes linear time', () => {
  /** Quadratic code has 2. Measured again at larger sizes, because short runs are noisy. */
  const EXPONENT_MAX = 1.5;
  const exponents = FAMILIES.map(({ name, make }) => {
    const grow = (sizes: number[]) =>
      growthOf(sizes, (size) => {
        const text = make(size);
        return () => validateText(text);
      });
    return { name, grow };
  });

  test.each(exponents)('$name', ({ grow }) => {
    let { exponent } = grow([1000, 4000]);
    if (exponent > EXPONENT_MAX) ({ exponent } = grow([4000, 16_000]));
    expect(exponent).toBeLessThan(EXPONENT_MAX);
  });
});

describe('R62: a worker with the heap of the pipeline gives a verdict', () => {
  const validator = new ValidatorInWorker();
  afterAll(() => validator.end());

  const repeated = (member: string, item: string, count: number) =>
    `{"resourceType":"Patient","${member}":[${`${item},`.repeat(count)}${item}]}`;
  test.each([
    [
      '24 KB of arrays around 1.0',
      `{"resourceType":"Patient","multipleBirthInteger":1.0,"x":${'['.repeat(12_000)}1.0${']'.repeat(12_000)}}`,
    ],
    ['4 MB of empty objects', repeated('name', '{}', 1_400_000)],
    ['4 MB of concepts', repeated('x', '{"a":{}}', 500_000).replace('Patient', 'CodeSystem')],
    ['9 MB of numbers', repeated('photo', '{"size":1.0}', 700_000)],
    [
      '10 MB of different names',
      `{"resourceType":"Patient",${Array.from({ length: 800_000 }, (_, i) => `"k${i}":1`).join()}}`,
    ],
    [
      '9 MB of different strings',
      `{"resourceType":"Patient","x":[${Array.from({ length: 900_000 }, (_, i) => `"${i}s"`).join()}]}`,
    ],
    [
      '2 MB of nested arrays',
      `{"resourceType":"Patient","x":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`,
    ],
    [
      'a path of 4 MB',
      `{"resourceType":"StructureDefinition","differential":{"element":[{"path":"A${'.a'.repeat(2_000_000)}"}]}}`,
    ],
  ])('%s', async (_name, text) => {
    expect(await validator.run(text)).toMatchObject({ errors: expect.any(Number) });
    expect(await validator.run(text)).not.toHaveProperty('thrown');
  });

  test('real resources weigh far less than the bound', () => {
    const text = JSON.stringify(
      patient({ name: Array(20_000).fill({ family: 'a', given: ['b'] }) }),
    );
    expect(heapBytes(text)).toBeGreaterThan(text.length);
    expect(heapBytes(text)).toBeLessThan(text.length * 8);
  });
});

describe('R62: nothing recurses without a bound', () => {
  test.each(['{"a":', '[', '[{"a":'])('integers written as 1.0 are accepted in %s', (open) => {
    const close = open.replaceAll(/[^{[]/g, '').split('').reverse().join('');
    const closing = close.replaceAll('{', '}').replaceAll('[', ']');
    const deep = `${open.repeat(20_000)}1.0${closing.repeat(20_000)}`;
    const text = `{"resourceType":"Patient","multipleBirthInteger":1.0,"x":${deep}}`;
    const { issues } = validateText(text);
    expect(issues.map(({ rule }) => rule)).toContain('fhir-r4/integer');
  });
});
