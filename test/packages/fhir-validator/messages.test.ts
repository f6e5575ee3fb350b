import { describe, expect, test } from 'vitest';
import { operationOutcome } from '../../../packages/fhir-validator/operation-outcome.ts';
import { validateResource, validateText } from '../../../packages/fhir-validator/validator.ts';
import { NARRATIVE, patient } from './support/patient.ts';

const first = (text: string) => validateText(text).issues.find((each) => each.severity === 'error');

describe('R07: messages say what was found and what was expected', () => {
  test.each([
    [
      '{"resourceType":"Patient","birthDate":1970}',
      'Expected a date (YYYY, YYYY-MM or YYYY-MM-DD), found the number 1970',
    ],
    [
      '{"resourceType":"Patient","language":11}',
      'Expected a code (no whitespace but single spaces inside), found the number 11',
    ],
    ['{"resourceType":"Patient","active":"true"}', "found the text 'true'"],
    ['{"resourceType":"Patient","name":"x"}', "Expected an array, found the text 'x'"],
    ['{"resourceType":"Patient","name":[3]}', 'Expected an object, found the number 3'],
    [
      '{"resourceType":"Patient","multipleBirthInteger":1e400}',
      'found a number beyond the range of a double',
    ],
    ['{"resourceType":"Patient","birthDate":"1970-13"}', "'1970-13' is not a valid date"],
    ['\ufeff{"resourceType":"Patient"}', 'a byte order mark (U+FEFF) before the JSON'],
    ['{"resourceType":"Patient",\u200b"a":1}', 'found U+200B'],
    ['<Patient xmlns="http://hl7.org/fhir"/>', 'this is XML'],
    ['\n <?xml version="1.0"?><a/>', 'this is XML'],
    [' ', 'the text is empty'],
  ])('%s', (text, says) => expect(first(text)?.text).toContain(says));

  test('the type of an extension is named', () => {
    const url = 'http://hl7.org/fhir/StructureDefinition/valueset-effectiveDate';
    const extension = [{ url, valueDate: '2020-01-01' }];
    const { issues } = validateResource({
      resourceType: 'ValueSet',
      text: NARRATIVE,
      status: 'draft',
      extension,
    });
    expect(issues[0]?.text).toBe(`The value of '${url}' must be a dateTime, found 'date'`);
  });

  test('a narrative that is too long is cut', () => {
    const div = `<div xmlns="http://www.w3.org/1999/xhtml">${'a'.repeat(1024 * 1024)}</div>`;
    const { issues } = validateResource(patient({ text: { status: 'generated', div } }));
    expect(issues[0]?.text).toMatch(/^The narrative has 1048\d+ characters, 1048576 are allowed$/);
  });
});

describe('R07: each issue carries the stable id of its rule', () => {
  test.each([
    [
      '{"resourceType":"Patient","contained":[{"resourceType":"Basic","id":"a","code":{"text":"b"}}]}',
      'dom-3',
    ],
    [
      '{"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">&copy;</div>"}}',
      'fhir-r4/narrative-entity',
    ],
    ['{"resourceType":"Patient","name":[{"period":{"start":"2024","end":"2023"}}]}', 'per-1'],
    ['{"resourceType":"Patient","gender":"x"}', 'fhir-r4/required-binding'],
    ['{"resourceType":"Patient","a":1}', 'fhir-r4/unknown-property'],
    ['{"resourceType":"Patient","active":true,"active":true}', 'fhir-r4/duplicate-property'],
    ['{"resourceType":"Patient","name":[{"text":"\\ud800"}]}', 'fhir-r4/lone-surrogate'],
    ['{', 'fhir-r4/json'],
    ['{"resourceType":"Patient","id":"7', 'fhir-r4/json'],
    ['', 'fhir-r4/blank'],
    [' \n\t\n', 'fhir-r4/blank'],
    ['\ufeff', 'fhir-r4/blank'],
    ['Dear Dr. Who, please find attached', 'fhir-r4/text'],
    ["{'resourceType':'Patient'}", 'fhir-r4/json'],
    ['\ufeff{"resourceType":"Patient"}', 'fhir-r4/byte-order-mark'],
    ['{"resourceType":"Patient"}\n{"resourceType":"Patient"}', 'fhir-r4/several-documents'],
    ['{"resourceType":"Patient"},', 'fhir-r4/several-documents'],
    [btoa('{"resourceType":"Patient","id":"1"}'), 'fhir-r4/base64'],
    [btoa('[1,2,3,4,5,6,7,8,9,10]'), 'fhir-r4/base64'],
    [btoa('{\n  "resourceType": "Patient"\n}'), 'fhir-r4/base64'],
    ['H4sIAAAAAAAAA6tWKkotzi8tSk4NqSxIVbJSckosSa', 'fhir-r4/base64'],
    ['Patient-without-any-JSON', 'fhir-r4/text'],
    ['  <Patient xmlns="http://hl7.org/fhir"/>', 'fhir-r4/xml'],
    ['[]', 'fhir-r4/json-shape'],
    ['{"resourceType":"Nonsense"}', 'fhir-r4/resource-type'],
  ])('%s', (text, rule) => {
    const issue = first(text);
    expect(issue?.rule).toBe(rule);
    const outcome = operationOutcome(issue ? [issue] : []);
    expect(outcome.issue[0]?.details?.coding).toMatchObject([{ code: rule }]);
    const { issues } = validateResource(outcome);
    expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test('a name that the sender made up never gets into an expression', () => {
    const text = '{"resourceType":"Patient","Doe, John":{"a":"\\ud800"}}';
    expect(validateText(text).issues.map(({ expression }) => expression)).not.toContain(
      expect.stringContaining('Doe'),
    );
    expect(JSON.stringify(validateText(text).issues.map((each) => each.expression))).not.toContain(
      'Doe',
    );
  });
});
