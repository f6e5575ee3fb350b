/** Functions that guides use and the base invariants do not: https://hl7.org/fhirpath/N1/ */
import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import { describe, expect, test } from 'vitest';
import { compileInvariant } from '../../../../packages/fhir-validator/compiler/fhirpath/compile-invariant.ts';
import { types } from '../support/base-definitions.ts';
import { compiled } from './invariants.ts';

const NOW = '2024-02-29T12:00:00Z';
const report = { settings: { now: Date.parse(NOW) } };

const kilograms = { value: 5, system: 'http://unitsofmeasure.org', code: 'kg' };
const grams = { ...kilograms, value: 5000, code: 'g' };
const observation = {
  resourceType: 'Observation',
  identifier: [{ value: '12' }, { value: 'a1' }],
  category: [{ coding: [{ code: 'a' }] }, { coding: [{ code: 'b' }] }],
  effectiveDateTime: '2024-03-01T10:00:00+01:00',
  valueQuantity: kilograms,
  referenceRange: [{ low: kilograms }, { low: grams }],
  extension: [{ url: 'http://example.org/a', valueCode: 'x' }],
  component: [{ code: {}, valueDateTime: '2024-01-01' }],
};

const aboutOne = {
  resourceType: 'Patient',
  birthDate: '2024-01-01',
  deceasedDateTime: '2024-01-02T05:00:00Z',
  active: true,
  identifier: [{ value: '12' }],
  extension: [
    { url: 'http://example.org/no', valueBoolean: false },
    { url: 'http://example.org/code', valueCode: 'x' },
  ],
  contact: [{ name: { family: 'a' } }, { gender: 'male' }],
};

/** Where HL7's validator gives a result for what guides write, so does ours. */
const AS_HL7: [expression: string, expected: boolean | undefined][] = [
  ["extension('http://example.org/no').value", false],
  ["extension('http://example.org/no').value.not()", true],
  ["extension('http://example.org/no').value implies false", true],
  ["extension('http://example.org/no').value xor true", true],
  ["extension('http://example.org/none').value.not()", undefined],
  ["iif(extension('http://example.org/no').value, false, true)", true],
  ["extension('http://example.org/no').valueBoolean.not()", true],
  ["extension('http://example.org/code').valueCode = 'x'", true],
  ["extension('http://example.org/code').valueString.exists()", false],
  ['active.getValue()', true],
  ["contact.first().name.type().name = 'HumanName'", true],
  ["birthDate.getValue() = '2024-01-01'", true],
  ['contact.first().getValue().exists()', false],
  ['gender.getValue().exists()', false],
  ['deceasedDateTime.exists()', true],
  ['deceasedBoolean.exists()', false],
  ["active = 'true'", true],
  ["active != 'true'", false],
  ['identifier.first().value = 12', true],
  ['identifier.first().value = 13', false],
  ["multipleBirth = ''", undefined],
  ["contact.first().telecom.rank = ''", undefined],
  // By the day that it is in UTC, or is written with.
  ['birthDate < deceased', true],
  ['birthDate <= deceased', true],
  ['birthDate > deceased', false],
  ['@2024-01-02 <= deceased.ofType(dateTime)', undefined],
  ['@2024-01-01T23:30:00-05:00 > @2024-01-01', true],
  ['@2024-01-02T00:30:00+09:00 > @2024-01-01', true],
  ['@2024-01-01T10:00:00Z > @2024-01-01', undefined],
  ['@2024-01-01T10:00:00Z >= @2023', true],
  ['@2024-01-01T10:00:00Z = @2024-01-01', undefined],
  ['@2024-01-01 is Date', true],
  ['@2024-01-01T10:00:00Z is DateTime', true],
  ['deceased ~ @2024-01-02T06:00:00+01:00', true],
  ['deceased ~ @2024-01-02T06:00:00+02:00', false],
];

function evaluated(
  expression: string,
  of: { resourceType: string } = observation,
): boolean | undefined {
  const at = { n: of, x: undefined, res: of, root: of, r: report };
  if (compiled({ expression, path: of.resourceType })(at)) return true;
  const negated = compiled({ expression: `(${expression}).not()`, path: of.resourceType });
  return negated(at) ? false : undefined;
}

test.each(AS_HL7)('as for HL7, %s is %s', (expression, expected) => {
  expect(evaluated(expression, aboutOne)).toBe(expected);
});

const CASES: [expression: string, expected: boolean | undefined][] = [
  ["identifier.value.join('-') = '12-a1'", true],
  ["'a,b,c'.split(',').count() = 3", true],
  ["'abc'.toChars().last() = 'c'", true],
  ["'abcabc'.lastIndexOf('c') = 5", true],
  ["'abc'.matchesFull('[a-c]+')", true],
  ["'abc'.matchesFull('b')", false],
  ["'1.5'.toDecimal() = 1.5", true],
  ["'x'.toDecimal().empty()", true],
  ["'12'.convertsToInteger()", true],
  ["'x'.convertsToInteger()", false],
  ['{}.convertsToInteger()', undefined],
  ['1.0.toInteger().empty()', true],
  ["'YES'.toBoolean()", true],
  ["'x'.toBoolean()", undefined],
  ["'2024-01'.convertsToDate()", true],
  ["'2024-13'.convertsToDate()", false],
  ["'2024-01-01T10:00:00Z'.toDateTime() = @2024-01-01T10:00:00Z", true],
  ["'10:30'.convertsToTime()", true],
  ["'25:00:00'.convertsToTime()", false],
  ["'5 days'.toQuantity() = 5 'd'", true],
  ["'5 dozens'.convertsToQuantity()", false],
  ['(-5).abs() = 5', true],
  ['1.1.ceiling() = 2 and 1.9.floor() = 1 and 1.9.truncate() = 1', true],
  ['1.555.round(2) = 1.56', true],
  ['4.sqrt() = 2 and 2.power(3) = 8', true],
  ['(-1).sqrt().empty()', true],
  ['0.1 + 0.2 = 0.3', true],
  ['0.3 mod 0.1 = 0 and 2.2 mod 1.8 = 0.4 and -5 mod 3 = -2', true],
  ['0.3 div 0.1 = 3 and -5 div 3 = -1 and 7.5 div 2 = 3', true],
  ['(1 mod 0).empty() and (1 div 0).empty()', true],
  ['1000000000000000000000 mod 7.5 >= 0', true],
  ['(1 | 2 | 3).aggregate($this + $total, 0) = 6', true],
  ['(3 | 1 | 2).aggregate(iif($total.empty() or $this < $total, $this, $total)) = 1', true],
  ['(1 | 2 | 3).aggregate(iif($this > 1, $total + $this, $total), 0) = 5', true],
  ['(true).combine(false).aggregate($total and $this, true)', false],
  ['{}.aggregate($total + 1, 5) = 5', true],
  ['(1 | 2 | 3).sum() = 6', true],
  ['(1.5 | 2 | 3).sum() = 6.5', true],
  ["referenceRange.low.sum() = 10 'kg'", true],
  ['(3 | 1 | 2).min() = 1', true],
  ['(3 | 1 | 2).max() = 3', true],
  ["('b' | 'a').min() = 'a'", true],
  ['(1 | 2).avg() = 1.5', true],
  ['identifier.value.where(convertsToInteger()).select(toInteger()).sum() = 12', true],
  ["'a'.convertsToString()", true],
  ['(5).convertsToString()', true],
  ['{}.convertsToString()', undefined],
  ['timeOfDay() = @T12:00:00.000', true],
  ['@T12:00:00 = @T12:00:00.000', true],
  ['@T12:00:00.5 > @T12:00:00', true],
  ['@T09:00:00 < @T10:00:00', true],
  ['@T12:00:00 != @T12:00:00.0', false],
  ['@T12:00:00 > @T12', undefined],
  ['@T12:00 = @T12', undefined],
  ['@T12:00 != @T13', true],
  ["@T12:00:00 <= '12:00:00'.toTime()", true],
  ['(1 | 2 | 3).supersetOf(1 | 2)', true],
  ['(1 | 2).supersetOf(2 | 3)', false],
  ["identifier.where($index = 1).value = 'a1'", true],
  ['identifier.select($index).last() = 1', true],
  ['identifier.all($index < 2)', true],
  ['identifier.all($index < 1)', false],
  ['identifier.exists($index = 2)', false],
  ['category.coding.where($index = 1 and code.exists($index = 0)).count() = 1', true],
  ["'123'.toChars().select(toInteger() * ($index + 1)).aggregate($this + $total, 0) = 14", true],
  ["effective.type().name = 'dateTime'", true],
  ["type().name = 'Observation' and type().namespace = 'FHIR'", true],
  ["value.type().name = 'Quantity'", true],
  ["'a'.type().namespace = 'System' and 1.type().name = 'Integer'", true],
  ["category.coding.type().name.distinct() = 'Coding'", true],
  ['1.ln() = 0 and 0.exp() = 1 and 100.log(10) = 2 and 8.log(2) = 3', true],
  ['repeat(category | coding).count() = 4', true],
  ['extension.value is code', true],
  ['extension.value is string', true],
  ['extension.value is dateTime', false],
  ["%`vs-administrative-gender` = 'http://hl7.org/fhir/ValueSet/administrative-gender'", true],
  ["value = 5 'kg'", true],
  ["value >= 5000 'g'", true],
  ["value < 3 'kg'", false],
  ["value > 3 'm'", undefined],
  ["value > -5 'kg' and -5 'kg' < value", true],
  ["value ~ 5000 'g'", true],
  ['referenceRange.low.distinct().count() = 1', true],
  ['referenceRange.low.isDistinct()', false],
  ['referenceRange.low.first().intersect(referenceRange.low.last()).count() = 1', true],
  ["(referenceRange.low | 5 'kg').count() = 1", true],
  ['@2024-01-31 + 1 month = @2024-02-29', true],
  ['@2024-02-29 - 1 year = @2023-02-28', true],
  ['@2024-02-28 + 48 hours = @2024-03-01', true],
  ['@2014 + 25 months = @2016', true],
  ['@2014-01 + 45 days = @2014-02', true],
  ['@2014-01-01 + 1.9 days = @2014-01-02 and @2014 + 1.9 years = @2015', true],
  ['@2014-01-01T00:00:00.000Z + 1.5 seconds = @2014-01-01T00:00:01.500Z', true],
  ["value.ofType(Quantity) + 5 'kg' = 10 'kg'", true],
  ["value.ofType(Quantity) - 500 'g' = 4.5 'kg'", true],
  ["(value.ofType(Quantity) + 5 'm').empty()", true],
  ["(5 'Cel' + 9 '[degF]').empty() and 5 'Cel' + 1 'Cel' = 6 'Cel'", true],
  ["value.ofType(Quantity) * 2 = 10 'kg' and 2 * value.ofType(Quantity) / 4 = 2.5 'kg'", true],
  ["value * 2 > 9 'kg' and value / 2 < 3 'kg' and value + 1 'kg' = 6 'kg'", true],
  ['value * 2 > 9', undefined],
  ["(-5 'kg').abs() = 5 'kg' and value.ofType(Quantity).abs() > 4 'kg'", true],
  ['component.value + 1 year = @2025-01-01', true],
  ["%resource.extension.value + 'y' = 'xy'", true],
  ['category.coding.combine(category.coding).intersect(category.coding).count() = 2', true],
  ['category.coding.code.combine(identifier.value).exclude(identifier.value).count() = 2', true],
  // What is the same for every item is found once, what is about the item is not.
  ["category.all(coding.code in (%resource.category.coding.code | 'x'))", true],
  ["category.all(coding.code in %resource.category.coding.where(code = 'a').code)", false],
  ['category.all(coding.code in %resource.identifier.value.combine(coding.code))', true],
  [
    'category.all(coding.code in %resource.category.where($this.coding.exists()).coding.code)',
    true,
  ],
  [
    'category.all(%resource.category.where(coding.code = $this.coding.code).coding.code contains coding.code)',
    true,
  ],
  ['category.coding.where(code in %context.category.coding.code.exclude(code)).empty()', true],
  ["identifier.value.intersect(%context.identifier.where(value = 'a1').value).count() = 1", true],
  ['iif(true, identifier.value, {}).count() = 2', true],
  ['iif(false, identifier.value, category.coding).exists(code = $this.code)', true],
  ["iif(identifier.exists(), identifier, {}).value = ('12' | 'a1')", true],
  ["'Abc'.matches('(?i)^aBC$') and 'abc'.matchesFull('(?i)AB.')", true],
  ["'a-b'.matches('^[a-z]\\\\-[a-z]$') and 'x[x]'.matches('^x\\\\[x]$')", true],
  ["effective + 90 'min' = @2024-03-01T11:30:00+01:00", true],
  ['effective - 1 second < effective', true],
  ['(@9999 + 1 year).empty()', true],
  ["(@2024 + 1 'kg').empty()", true],
  ['today() = @2024-02-29', true],
  ['now() < effective and now() > effective - 1 day', true],
  ['today() - 18 years = @2006-02-28', true],
  ['today() + -1 year < today()', true],
  ['component.value <= today() and component.value + 1 year > today()', true],
  ['component.value > 5', undefined],
];

describe('functions and operators of FHIRPath', () => {
  test.each(CASES)('%s is %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });

  test.each([
    'value.ofType(Quantity) + 5 > 7',
    "value.ofType(Quantity) * 5 'kg' = 1",
    '5 / value.ofType(Quantity) = 1',
    "value / 5 'kg' = 1",
    "value mod 5 'kg' = 1",
    'value.ofType(Quantity).ceiling() = 5',
    '@T10:00:00 + 1 hour = @T11:00:00',
  ])('%s is not decided, because it would be empty', (expression) => {
    const result = compileInvariant(expression, { path: 'Observation', types });
    expect(result).toMatchObject({ unsupported: expect.stringContaining('quantit') });
  });

  test.each([
    '(1 | 2).aggregate($total | $this).count() = 2',
    'identifier.aggregate($total.combine($this)).count() = 2',
    '(1 | 2).aggregate($total, 1 | 2).exists()',
  ])('R62: %s is refused, because a list that grows takes quadratic time', (expression) => {
    const result = compileInvariant(expression, { path: 'Observation', types });
    expect(result).toMatchObject({ unsupported: expect.stringContaining('makes a list') });
  });

  // They would stop the whole validator from loading, or mean something else in JavaScript.
  test.each([
    '(',
    'a++',
    'a(?i)b',
    '(?x) a b',
    '(?>a)b',
    '[a-z&&[^b]]',
    '[a-z&&b]',
    '[a-z[0-9]]',
    '[[:alpha:]]',
    '[]a]',
    '[^]a]',
    '\\\\A[a-z]+\\\\z',
    '\\\\Q[\\\\E',
    '\\\\p{Punct}',
    '\\\\h]',
  ])('a pattern that JavaScript reads otherwise is refused: %s', (pattern) => {
    const result = compileInvariant(`'a'.matches('${pattern}')`, { path: 'Observation', types });
    expect(result).toMatchObject({ unsupported: expect.stringContaining('pattern') });
  });

  /** Where fhirpath.js departs from the text of the specification, or reads the clock. */
  const UNLIKE =
    /now\(\)|timeOfDay|today\(\)|matchesFull|lastIndexOf|25:00|5 dozens|'10:30'|45 days|1\.0\.toI|referenceRange|48 hours|%`vs|9999|@2024 \+|component\.value|(?:mod|div) 0\.1|Cel|%resource|\\-/;

  test.each(CASES.filter(([expression]) => !UNLIKE.test(expression)))(
    'fhirpath.js says so too: %s',
    (expression, expected) => {
      const result = fhirpath.evaluate(observation, expression, {}, r4) as unknown[];
      expect(result).toEqual(expected === undefined ? [] : [expected]);
    },
  );
});
