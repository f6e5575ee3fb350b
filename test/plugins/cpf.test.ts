import fc from 'fast-check';
import { expect, test } from 'vitest';
import { askPlugin } from '../../functions/validate/plugins/plugin-run.ts';
import { validateText } from '../../packages/fhir-validator/validator.ts';
import { examplePlugin, patientWithCpf } from '../support/plugins.ts';
import { patient } from '../support/resources.ts';

const cpf = examplePlugin('cpf');

function ask(text: string) {
  expect(validateText(text).issues.filter(({ severity }) => severity === 'error')).toEqual([]);
  const result = askPlugin(cpf, { text, resource: JSON.parse(text), submittedAt: 0 }, 100);
  return result.kind === 'issues' ? result.issues : result.reason;
}

test('accepts a CPF with the right check digits, and a patient without one', () => {
  expect(ask(patientWithCpf('52998224725'))).toEqual([]);
  expect(ask(patient())).toEqual([]);
  expect(ask(patient({ identifier: [{ system: 'urn:x', value: '52998224724' }] }))).toEqual([]);
});

test.each([
  ['52998224724', 'check digits'],
  ['52998224735', 'check digits'],
  ['11111111111', 'equal digits'],
  ['529.982.247-25', 'eleven digits'],
  ['5299822472', 'eleven digits'],
  ['5299822472x', 'eleven digits'],
])('R07, R08: refuses %s, and says why and where without a quotation', (value, why) => {
  const issues = ask(patientWithCpf(value));
  expect(issues).toEqual([
    {
      severity: 'error',
      code: 'value',
      text: expect.stringContaining(why),
      expression: 'Patient.identifier[1].value',
      plugin: 'cpf',
    },
  ]);
  expect(JSON.stringify(issues)).not.toContain(value);
});

/**
 * The rule in other words: weights from the left; a remainder below two gives zero, otherwise eleven minus
 * it.
 */
function checkDigits(digits: readonly number[]): number[] {
  const next = (known: readonly number[]) => {
    const sum = known.reduce((total, each, n) => total + each * (known.length + 1 - n), 0);
    return sum % 11 < 2 ? 0 : 11 - (sum % 11);
  };
  const first = next(digits);
  return [first, next([...digits, first])];
}

test('accepts exactly one of a hundred numbers with the same nine digits', () => {
  const nine = fc.array(fc.nat(9), { minLength: 9, maxLength: 9 });
  const unequal = nine.filter((digits) => new Set(digits).size > 1);
  fc.assert(
    fc.property(unequal, fc.nat(99), (digits, ending) => {
      const right = checkDigits(digits).join('');
      const said = String(ending).padStart(2, '0');
      expect(ask(patientWithCpf(digits.join('') + right))).toEqual([]);
      const isRight = ask(patientWithCpf(digits.join('') + said)).length === 0;
      expect(isRight).toBe(said === right);
    }),
    { numRuns: 50 },
  );
});
