import { describe, expect, it } from 'vitest';
import {
  type Conditions,
  fulfils,
  unknownOf,
} from '../../../../packages/local-lambda/access/conditions.ts';

const KEY = 'dynamodb:Attributes';
const given = (actual: readonly string[] | undefined, operator: string, ...expected: string[]) => {
  const conditions: Conditions = { [operator]: { [KEY]: expected } };
  return fulfils((key) => (key === KEY ? actual : undefined), conditions);
};

describe('a condition', () => {
  it.each<[readonly string[] | undefined, string, string[], boolean]>([
    [['a'], 'StringEquals', ['b', 'a'], true],
    [['a'], 'StringEquals', ['A'], false],
    [['a*'], 'StringEquals', ['ab'], false],
    [['ab'], 'StringEquals', ['a*'], false],
    [undefined, 'StringEquals', ['a'], false],
    [undefined, 'StringEqualsIfExists', ['a'], true],
    [['b'], 'StringEqualsIfExists', ['a'], false],
    [['a'], 'StringNotEquals', ['b', 'a'], false],
    [['c'], 'StringNotEquals', ['b', 'a'], true],
    [undefined, 'StringNotEquals', ['a'], true],
    [['hops/a/b'], 'StringLike', ['hops/*'], true],
    [['hops.a'], 'StringLike', ['hops?a'], true],
    [['hopsXa'], 'StringLike', ['hops.a'], false],
    [['x'], 'StringNotLike', ['x*'], false],
    [['arn:aws:sns:r:1:t:u'], 'ArnEquals', ['arn:aws:sns:*:?:t*'], true],
    // Each of the six parts is compared by itself.
    [['arn:aws:sns:r:1:t'], 'ArnLike', ['arn:aws:sns:*:t'], false],
    [['arn:aws:sns:r:1:t'], 'ArnLike', ['arn:*'], false],
    [['arn:aws:sns:r:1:t'], 'ArnNotLike', ['arn:aws:sns:r:1:u', 'arn:aws:sns:r:1:t'], false],
    [undefined, 'ArnNotLike', ['arn:aws:sns:r:1:u'], true],
    [['true'], 'Bool', ['false'], false],
    [['true'], 'Bool', ['True'], true],
    [['1.3'], 'NumericLessThan', ['1.2'], false],
    [['1.1'], 'NumericLessThan', ['1.2'], true],
    [['a', 'b'], 'ForAllValues:StringEquals', ['a', 'b', 'c'], true],
    [['a', 'd'], 'ForAllValues:StringEquals', ['a', 'b', 'c'], false],
    [undefined, 'ForAllValues:StringEquals', ['a'], true],
    [[], 'ForAllValues:StringEquals', ['a'], true],
    [['a', 'd'], 'ForAnyValue:StringEquals', ['a'], true],
    [[], 'ForAnyValue:StringEquals', ['a'], false],
    [undefined, 'ForAnyValue:StringEquals', ['a'], false],
    [undefined, 'ForAnyValue:StringNotEquals', ['a'], false],
    [undefined, 'ForAnyValue:StringNotEqualsIfExists', ['a'], true],
    // No value is a missing key.
    [[], 'StringEquals', ['a'], false],
    [[], 'StringNotEquals', ['a'], true],
    [[], 'StringEqualsIfExists', ['a'], true],
    [[], 'ForAnyValue:StringNotEquals', ['a'], false],
  ])('%j %s %j: %j', (actual, operator, expected, result) => {
    expect(given(actual, operator, ...expected)).toBe(result);
  });

  it('holds only if every operator and every key holds', () => {
    const context = (key: string) => ({ [KEY]: ['a'], 's3:prefix': ['p'] })[key];
    const both = (prefix: string) => ({ StringEquals: { [KEY]: ['a'], 's3:prefix': [prefix] } });
    expect(fulfils(context, both('p'))).toBe(true);
    expect(fulfils(context, both('q'))).toBe(false);
    expect(fulfils(context, { ...both('p'), Bool: { [KEY]: ['b'] } })).toBe(false);
  });
});

/** A variable of IAM. */
const USER = `\${aws:username}/*`;

it('what cannot be checked is named, so that nothing is allowed by mistake', () => {
  expect(unknownOf({ StringLike: { 's3:prefix': ['a/*'] } })).toBeUndefined();
  expect(unknownOf({ 'ForAllValues:StringLikeIfExists': { 's3:prefix': [] } })).toBeUndefined();
  expect(unknownOf({ DateLessThan: { 's3:prefix': [] } })).toBe('DateLessThan');
  expect(unknownOf({ StringLike: { 'aws:PrincipalTag/team': ['a'] } })).toBe(
    'aws:PrincipalTag/team',
  );
  expect(unknownOf({ StringLike: { 's3:prefix': [USER] } })).toBe(USER);
});
