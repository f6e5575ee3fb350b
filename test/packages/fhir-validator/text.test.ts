import { describe, expect, test } from 'vitest';
import { validateText } from '../../../packages/fhir-validator/validator.ts';

const only = (text: string) =>
  validateText(text).issues.filter((each) => each.severity === 'error');

describe('syntax errors have a line and a column', () => {
  test.each([
    ['', 1, 1],
    ['{', 1, 2],
    ['{"a":1,}', 1, 8],
    ['{"resourceType": "Patient",\n  "id": "a" "b"}', 2, 13],
    ['{"a":01}', 1, 7],
    ['{"a":"\t"}', 1, 6],
    ['{"a":"\\x"}', 1, 6],
    ['{"a":[1,2}', 1, 10],
    ["{'a':1}", 1, 2],
    ['{"a":1}x', 1, 8],
    ['\ufeff{}', 1, 1],
    ['{"a":NaN}', 1, 6],
  ])('%j', (text, line, column) => {
    const [issue, ...more] = only(text);
    expect(more).toEqual([]);
    expect(issue).toMatchObject({ code: 'invalid' });
    expect(issue?.text).toContain(`line ${line}, column ${column}:`);
  });
});

describe('duplicate keys', () => {
  test.each([
    ['{"resourceType":"Patient","active":true,"active":true}', 'Patient'],
    ['{"resourceType":"Patient","active":true , "active" :true}', 'Patient'],
    ['{"resourceType":"Patient","name":[{"family":"a","f\\u0061mily":"b"}]}', 'Patient.name[0]'],
    [
      '{"resourceType":"Patient","name":[{"family":"\\":\\":"},{"use":"usual","use":"usual"}]}',
      'Patient.name[1]',
    ],
  ])('%s', (text, expression) => {
    expect(only(text)).toMatchObject([{ code: 'structure', expression }]);
  });

  test('are found behind any amount of whitespace', () => {
    const space = ' \n'.repeat(100_000);
    const text = `{"resourceType":"Patient","active":true,"active"${space}:true}`;
    expect(only(text)).toMatchObject([{ code: 'structure', expression: 'Patient' }]);
  });

  // The numbers have a shorter text than JavaScript gives them. So each text has as many characters as
  // one without a duplicate, in which they are written as JavaScript does.
  test.each(['5e-3', '1e3', '1152921504606847e3', '1e22'])('are found beside %s', (number) => {
    const components = Array.from({ length: 17 }, () => component(number)).join();
    const text = `{"resourceType":"Observation","status":"final","status":"final","code":{"text":"a"},"component":[${components}]}`;
    expect(text).toHaveLength(JSON.stringify(JSON.parse(text)).length);
    expect(only(text)).toMatchObject([{ rule: 'fhir-r4/duplicate-property' }]);
  });

  test('are not found in strings that look like keys', () => {
    const text =
      '{"resourceType":"Patient","name":[{"family":"\\"a\\":1,\\"a\\":1","given":[":"]}]}';
    expect(only(text)).toEqual([]);
  });
});

function component(number: string): string {
  return `{"code":{"text":"b"},"valueQuantity":{"value":${number}}}`;
}

describe('numbers as they are written', () => {
  const text = (value: string) => `{"resourceType":"Patient","multipleBirthInteger":${value}}`;

  test.each(['1.0', '1e0', '10E-1', '-0.0', '1e2', '25e2', '1E3'])(
    '%s is not an integer',
    (value) => {
      expect(only(text(value))).toMatchObject([
        { code: 'value', expression: 'Patient.multipleBirth.ofType(integer)' },
      ]);
    },
  );

  test.each([' 1.0', '\n-1.00 ', ' 1.5e1'])(
    '%j, with white space around it, is no integer',
    (value) => {
      expect(only(text(value))).toHaveLength(1);
    },
  );

  test('1.0 in an array is no integer', () => {
    const list = (value: string) =>
      only(`{"resourceType":"Claim","item":[{"careTeamSequence":[2,${value}]}]}`).filter(
        ({ rule }) => rule === 'fhir-r4/positiveInt',
      );
    expect(list('1.0')).toMatchObject([{ expression: 'Claim.item[0].careTeamSequence[1]' }]);
    expect(list('1')).toEqual([]);
  });

  test.each(['1', '-1', '0'])('%s is an integer', (value) => expect(only(text(value))).toEqual([]));

  test('a decimal may be 1.0, and so may text that only looks like an integer', () => {
    const quantity = '{"value":1.0,"unit":"at 2.0 e5"}';
    const observation = `{"resourceType":"Observation","status":"final","code":{"text":"a"},"valueQuantity":${quantity},"component":[{"code":{"text":"b"},"valueInteger":1}]}`;
    expect(only(observation)).toEqual([]);
  });

  test('a number that is too large is not a decimal', () => {
    expect(only(text('1e400'))).toHaveLength(1);
  });
});

describe('control characters are refused', () => {
  const named = (family: string) =>
    only(`{"resourceType":"Patient","name":[{"family":"${family}"}]}`);

  test.each(['\\u0007', 'a\\u001F', '\\b', '\\\\\\f', '\\u0000'])('%s is refused', (family) => {
    expect(named(family)).toMatchObject([{ expression: 'Patient.name[0].family' }]);
    expect(named(`${family}${'x'.repeat(100)}`)).toHaveLength(1);
  });

  test.each(['\\t\\n\\r', '\\u0009', '\\u0041\\u00e9', '\\\\b', '\\\\u0007', '\\"\\/'])(
    '%s is accepted',
    (family) => {
      expect(named(`a${family}`)).toEqual([]);
    },
  );

  test('a narrative with one is refused', () => {
    const div = (text: string) =>
      `<div xmlns=\\"http://www.w3.org/1999/xhtml\\" class=\\"a\\">${text}</div>`;
    const patient = (text: string) =>
      only(`{"resourceType":"Patient","text":{"status":"generated","div":"${div(text)}"}}`);
    expect(patient('\\u0001')).toMatchObject([{ rule: 'fhir-r4/narrative' }]);
    expect(patient('a')).toEqual([]);
  });
});

describe('lone surrogates are refused', () => {
  test.each(['\\ud800', '\\uDFFF', 'a\\udc00\\ud800', '\ud800'])('%j', (family) => {
    expect(only(`{"resourceType":"Patient","name":[{"family":"${family}"}]}`)).toMatchObject([
      { code: 'value', expression: 'Patient.name[0].family' },
    ]);
  });

  test('a pair of surrogates is accepted', () => {
    expect(only('{"resourceType":"Patient","name":[{"family":"\\ud83d\\ude00"}]}')).toEqual([]);
  });
});

test.each([
  ['nothing', undefined, 'undefined'],
  ['bytes', Buffer.from('{}'), 'bytes: decode them first'],
  ['a value', { resourceType: 'Patient' }, 'object'],
])('does not throw for what is no text: %s', (_, value, what) => {
  expect(only(value as unknown as string)).toEqual([
    expect.objectContaining({ text: `validateText takes a string, not ${what}` }),
  ]);
});
