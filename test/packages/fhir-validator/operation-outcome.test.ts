import { expect, test } from 'vitest';
import { operationOutcome } from '../../../packages/fhir-validator/operation-outcome.ts';
import { validateResource, validateText } from '../../../packages/fhir-validator/validator.ts';

test('issues become an OperationOutcome that is itself valid', () => {
  const { issues } = validateText('{"resourceType":"Patient","gender":"x","name":[{}],"a":1}');
  const outcome = operationOutcome(issues);
  expect(outcome.issue).toHaveLength(issues.length);
  expect(outcome.issue[0]).toMatchObject({ severity: 'error', expression: ['Patient.gender'] });
  expect(validateResource(outcome).issues.filter((each) => each.severity === 'error')).toEqual([]);
});

test('the OperationOutcome of a text that is not JSON is valid too', () => {
  const outcome = operationOutcome(validateText('{').issues);
  expect(outcome.issue).toMatchObject([{ severity: 'error', code: 'invalid' }]);
  expect(validateResource(outcome).issues.filter((each) => each.severity === 'error')).toEqual([]);
});

test('no issues give an OperationOutcome too', () => {
  expect(operationOutcome([])).toMatchObject({ issue: [{ severity: 'information' }] });
});

test('an issue of a plugin names the plugin, in the extension that FHIR has for it', () => {
  const issue = { severity: 'error', code: 'value', text: 'no CPF', plugin: 'cpf' } as const;
  const outcome = operationOutcome([issue]);
  expect(outcome.issue[0]?.extension).toMatchObject([{ valueString: 'plugin cpf' }]);
  // Apart from the missing narrative, the validator accepts it.
  expect(validateResource(outcome).issues).toMatchObject([{ expression: 'OperationOutcome' }]);
});
