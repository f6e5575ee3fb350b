import { describe, expect, test } from 'vitest';
import { compileInvariant } from '../../../../packages/fhir-validator/compiler/fhirpath/compile-invariant.ts';
import { types } from '../support/base-definitions.ts';
import { compiled } from './invariants.ts';

/** The result of an expression for an element: true, false, or undefined for empty. */
function evaluated(expression: string, path: string, n: unknown, root?: object) {
  const container = root ?? (n as object);
  const context = { n, x: undefined, res: container, root: container };
  if (compiled({ expression, path })(context)) return true;
  return compiled({ expression: `(${expression}).not()`, path })(context) ? false : undefined;
}

const VALUES = { true: true, false: false, '{}': undefined } as const;
const NAMES = ['true', 'false', '{}'] as const;

describe('three-valued logic', () => {
  // https://hl7.org/fhirpath/N1/#boolean-logic, in the order true, false, {} of the right side
  test.each([
    ['and', 'true', [true, false, undefined]],
    ['and', 'false', [false, false, false]],
    ['and', '{}', [undefined, false, undefined]],
    ['or', 'true', [true, true, true]],
    ['or', 'false', [true, false, undefined]],
    ['or', '{}', [true, undefined, undefined]],
    ['xor', 'true', [false, true, undefined]],
    ['xor', 'false', [true, false, undefined]],
    ['xor', '{}', [undefined, undefined, undefined]],
    ['implies', 'true', [true, false, undefined]],
    ['implies', 'false', [true, true, true]],
    ['implies', '{}', [true, undefined, undefined]],
  ])('%s after %s', (operator, left, expected) => {
    const results = NAMES.map((right) => evaluated(`${left} ${operator} ${right}`, 'Patient', {}));
    expect(results).toEqual(expected);
    const elements = NAMES.map((right) => {
      const patient = {
        active: VALUES[left as keyof typeof VALUES],
        deceasedBoolean: VALUES[right],
      };
      const path = `active ${operator} deceased`;
      return evaluated(path, 'Patient', JSON.parse(JSON.stringify(patient)));
    });
    expect(elements).toEqual(expected);
  });
});

describe('= and != of quantities', () => {
  const UCUM = 'http://unitsofmeasure.org';
  const mg = { value: 5, unit: 'mg', system: UCUM, code: 'mg' };
  // https://hl7.org/fhirpath/N1/#equals, https://hl7.org/fhir/R4/fhirpath.html
  test.each<[string, object, object, boolean | undefined]>([
    ['the text of the unit does not count', mg, { ...mg, unit: 'milligram' }, true],
    ['ids do not count', mg, { ...mg, id: 'a' }, true],
    ['units are converted', mg, { value: 0.005, system: UCUM, code: 'g' }, true],
    ['values differ', mg, { ...mg, value: 6 }, false],
    ['converted values differ', mg, { ...mg, code: 'g' }, false],
    ['other dimensions', mg, { ...mg, code: 'mm' }, undefined],
    ['a unit that is not known', mg, { ...mg, code: 'odd' }, undefined],
    ['the same unit that is not known', { ...mg, code: 'odd' }, { ...mg, code: 'odd' }, true],
    ['a comparator', mg, { ...mg, comparator: '<' }, false],
    ['without codes, the text counts', { value: 5, unit: 'a' }, { value: 5, unit: 'b' }, false],
    ['without codes, equal texts', { value: 5, unit: 'a' }, { unit: 'a', value: 5 }, true],
    ['other systems', { ...mg, system: 'a' }, { ...mg, system: 'b' }, false],
    ['without values', { ...mg, value: undefined }, { ...mg, value: undefined }, true],
  ])('%s', (_name, low, high, expected) => {
    const range = { low, high };
    expect(evaluated('low = high', 'Range', range)).toBe(expected);
    const isDifferent = expected === undefined ? undefined : !expected;
    expect(evaluated('low != high', 'Range', range)).toBe(isDifferent);
    expect(evaluated('high = low', 'Range', range)).toBe(expected);
  });

  test('an absent side gives an empty result', () => {
    expect(evaluated('low = high', 'Range', { low: mg })).toBeUndefined();
  });
});

describe('expressions', () => {
  const observation = {
    resourceType: 'Observation',
    valueQuantity: { value: 5, unit: 'mg' },
    code: { coding: [{ system: 's', code: 'a' }] },
    component: [
      { code: { coding: [{ system: 's', code: 'b' }] }, valueString: 'x' },
      { code: { coding: [{ system: 's', code: 'c' }, { code: 'd' }] } },
    ],
    note: [{ _text: { extension: [{ url: 'u', valueCode: 'unknown' }] } }],
  };
  test.each([
    ['value is Quantity', true],
    ['value is string', false],
    ['dataAbsentReason is Coding', undefined],
    ['value.ofType(Quantity).value = 5', true],
    ['(value as Quantity).value > 4.5', true],
    ['value.ofType(string).exists()', false],
    ['component.count() = 2', true],
    ['component.value.count() = 1', true],
    ["component.code.coding.code contains 'd'", true],
    ["component.where(code.coding.code = 'b').value = 'x'", true],
    ["component.exists(code.coding.code contains 'z')", false],
    ['component.all(code.exists())', true],
    ['component.code.coding.code.isDistinct()', true],
    ['component.code.coding.system.isDistinct()', false],
    ["component.first().code.coding.first().code = 'b'", true],
    ["component[1].code.coding[1].code = 'd'", true],
    ['component.tail().value.empty()', true],
    ['component.code.coding.system.distinct().count() = 1', true],
    ["code.coding.select(system & '|' & code) = 's|a'", true],
    ["(code.coding.code | component.code.coding.code) = ('a' | 'b' | 'c' | 'd')", true],
    ['code.coding.intersect(component.code.coding).empty()', true],
    ["iif(value.exists(), 'a', 'b') = 'a'", true],
    ['iif(subject.exists(), false)', undefined],
    ['note.text.exists()', true],
    ['note.text.hasValue()', false],
    ["note.text.extension('u').value = 'unknown'", true],
    ["note.text.extension.where(url = 'u').exists()", true],
    ['children().coding.exists()', true],
    ['descendants().system.exists()', true],
    ['descendants().display.exists()', false],
    ['%rootResource.status.exists()', false],
    ["'abc'.substring(1, 1) = 'b'", true],
    ["'abc'.substring(3).exists()", false],
    ["'12'.toInteger() + 1 = 13", true],
    ["value.unit.startsWith('m') and value.unit.endsWith('g') and value.unit.contains('mg')", true],
    ["value.unit.matches('^[a-z]+$') and value.unit.replaceMatches('m', 'k') = 'kg'", true],
    ["value.unit.indexOf('g') = 1 and value.unit.indexOf('x') = -1", true],
    ["subject.reference.indexOf('g') = 1", undefined],
    ["value.unit.replace('m', '$&') = '$&g' and ' a '.trim() = 'a'", true],
    ["('a' | 'b' | 'c').skip(1).take(1) = 'b' and ('a' | 'b').take(-1).empty()", true],
    ["value.unit.upper() = 'MG' and value.unit.length() = 2", true],
    ['subject.reference.length() > 0', undefined],
    ['text.status.trace("x").exists()'.replaceAll('"', "'"), false],
    ['%resource.value.exists() and %context.value.exists() and %rootResource.code.exists()', true],
    ["%ucum = 'http://unitsofmeasure.org'", true],
    ['-1 < 0', true],
  ])('%s is %s', (expression, expected) => {
    expect(evaluated(expression, 'Observation', observation)).toBe(expected);
  });

  // https://hl7.org/fhirpath/N1/#equivalent
  test.each([
    ["'a  B' ~ ' A\tb'", true],
    ["'a' ~ 'b'", false],
    ["('a' | 'B') ~ ('b' | 'a')", true],
    ["('a' | 'b') ~ 'a'", false],
    ["'a'.combine('a').combine('b') ~ 'a'.combine('b').combine('b')", false],
    ['{} ~ {}', true],
    ['subject ~ {}', true],
    ["subject.reference ~ 'a'", false],
    ["subject.reference !~ 'a'", true],
    ['1.24 ~ 1.2', true],
    ['1.26 ~ 1.2', false],
    ['0.0000001 ~ 0.00000012', true],
    ['@2012 ~ @2012-01', false],
    ['@2012-01-01T10:00:00Z ~ @2012-01-01T11:00:00+01:00', true],
    ['code.coding.first() ~ code.coding.last()', true],
  ])('%s is %s, never empty', (expression, expected) => {
    expect(evaluated(expression, 'Observation', observation)).toBe(expected);
  });

  test('resolve() finds a contained resource, and no other reference', () => {
    const team = { resourceType: 'CareTeam', contained: [{ resourceType: 'Patient', id: 'p' }] };
    const is = (reference: string) =>
      evaluated(
        'member.resolveContained() is Patient',
        'CareTeam.participant',
        { member: { reference } },
        team,
      );
    expect([is('#p'), is('#q'), is('Patient/p')]).toEqual([true, undefined, undefined]);
  });

  test('an element that may be primitive is tested by its type', () => {
    const invariant = {
      expression: 'low.exists()',
      path: 'RiskAssessment.prediction.probability[x]',
    };
    const range = compiled({ ...invariant, type: 'Range' });
    expect(range({ n: { low: {} }, x: undefined, res: {}, root: {} })).toBe(true);
    expect(compileInvariant(invariant.expression, { ...invariant, types })).toEqual({
      unsupported: expect.stringContaining('probability'),
      isUndecided: false,
    });
  });

  // None of these can be decided from the resource alone.
  test.each(["conformsTo('x')", "gender.memberOf('x')"])(
    'an expression that depends on more than the resource is not decided: %s',
    (expression) => {
      const result = compileInvariant(expression, { path: 'Patient', types });
      expect(result).toHaveProperty('unsupported', expect.any(String));
    },
  );

  test.each(['name.foo()', '%unknown = 1', 'name = '])(
    'an unsupported expression is returned as a value: %s',
    (expression) => {
      const result = compileInvariant(expression, { path: 'Patient', types });
      expect(result).toEqual({ unsupported: expect.any(String), isUndecided: false });
    },
  );
});
