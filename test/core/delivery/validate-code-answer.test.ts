import { describe, expect, test } from 'vitest';
import { answerOf, validateCodeRequest } from '../../../core/delivery/validate-code-answer.ts';

const said = (...parameter: object[]) => JSON.stringify({ resourceType: 'Parameters', parameter });
const OUTCOME = '{"resourceType":"OperationOutcome"}';
const no = { name: 'result', valueBoolean: false };

test('a question holds the coding and the value set, and nothing else', () => {
  const coding = { system: 'http://loinc.org', version: '2.82', code: '2339-0' };
  expect(JSON.parse(validateCodeRequest({ valueSet: 'http://vs', coding }))).toEqual({
    resourceType: 'Parameters',
    parameter: [
      { name: 'url', valueUri: 'http://vs' },
      { name: 'coding', valueCoding: coding },
    ],
  });
});

describe('an answer', () => {
  test('is yes or no', () => {
    const display = { name: 'display', valueString: 'Glucose' };
    expect(answerOf(200, said({ name: 'result', valueBoolean: true }, display))).toBe('in-set');
    const message = { name: 'message', valueString: "The code 'x' is not in the value set" };
    expect(answerOf(200, said(no, message))).toBe('not-in-set');
    const issue = [{ severity: 'error', code: 'code-invalid' }];
    const issues = { name: 'issues', resource: { resourceType: 'OperationOutcome', issue } };
    expect(answerOf(200, said(no, issues))).toBe('not-in-set');
  });

  test.each([
    { name: 'x-unknown-system', valueCanonical: 'http://loinc.org' },
    { name: 'x-caused-by-unknown-system', valueCanonical: 'http://loinc.org' },
    { name: 'message', valueString: "Unknown code system 'http://loinc.org'" },
    { name: 'message', valueString: "CodeSystem is unknown and can't be validated: http://x" },
    { name: 'message', valueString: 'The value set http://vs could not be found' },
    { name: 'message', valueString: 'ValueSet http://vs cannot be resolved: not found' },
    { name: 'issues', resource: { issue: [{ severity: 'error', code: 'not-found' }] } },
    { name: 'issues', resource: { issue: [{ severity: 'error', code: 'not-supported' }] } },
  ])('of a server that does not know the terminology is unknown: %j', (parameter) => {
    expect(answerOf(200, said(no, parameter))).toBe('unknown');
  });

  test.each(['value set ', 'unknown '])(
    'R62: that repeats a code of many times %j is read in no time that matters',
    (words) => {
      const valueString = `The code '${words.repeat(7_000)}' is none of those that are allowed`;
      const body = said(no, { name: 'message', valueString });
      const before = process.cpuUsage();
      expect(answerOf(200, body)).toBe('not-in-set');
      const { user } = process.cpuUsage(before);
      expect(user / 1_000).toBeLessThan(200);
    },
  );

  test.each([400, 404, 422])('with status %i means that the server does not know', (status) => {
    expect(answerOf(status, OUTCOME)).toBe('unknown');
  });

  test.each([
    [401, said(no)],
    [403, OUTCOME],
    [415, OUTCOME],
    [400, ''],
    [404, '<html>404</html>'],
    [404, said(no)],
    [408, ''],
    [429, ''],
    [500, said(no)],
    [503, ''],
    [302, ''],
    [200, ''],
    [200, '<html>'],
    [200, said({ name: 'message', valueString: 'no result' })],
    [200, said({ name: 'result', valueBoolean: 'false' })],
    [200, '{"resourceType":"OperationOutcome","issue":[]}'],
  ])('with status %i and %j is not an answer', (status, body) => {
    expect(answerOf(status, body)).toBeUndefined();
  });
});
