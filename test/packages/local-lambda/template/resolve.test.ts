// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders are those of Fn::Sub
import { describe, expect, test } from 'vitest';
import {
  type References,
  resolveString,
  resolveValue,
} from '../../../../packages/local-lambda/template/resolve.ts';

const references: References = {
  ref: (logicalId) => `ref-${logicalId}`,
  getAtt: (logicalId, attribute) => `att-${logicalId}-${attribute}`,
};

function resolve(value: unknown): unknown {
  return resolveValue(value, references, 'Thing');
}

describe('intrinsics', () => {
  test.each([
    ['plain values', { a: [1, true, null, 'x'] }, { a: [1, true, null, 'x'] }],
    ['Ref', { a: { Ref: 'Queue' } }, { a: 'ref-Queue' }],
    ['Fn::GetAtt as a list', { 'Fn::GetAtt': ['Queue', 'Arn'] }, 'att-Queue-Arn'],
    ['Fn::GetAtt as text', { 'Fn::GetAtt': 'Queue.Arn' }, 'att-Queue-Arn'],
    ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'B' }, 3]] }, 'a-ref-B-3'],
    ['Fn::Select of Fn::Split', { 'Fn::Select': ['1', { 'Fn::Split': ['-', { Ref: 'B' }] }] }, 'B'],
    ['Fn::Sub', { 'Fn::Sub': '${A}/${B.Arn}/${!literal}' }, 'ref-A/att-B-Arn/${literal}'],
    ['Fn::Sub with variables', { 'Fn::Sub': ['${x}-${A}', { x: { Ref: 'X' } }] }, 'ref-X-ref-A'],
    ['AWS::NoValue', { a: { Ref: 'AWS::NoValue' }, b: [{ Ref: 'AWS::NoValue' }, 1] }, { b: [1] }],
  ])('%s', (_, value, expected) => {
    expect(resolve(value)).toEqual(expected);
  });

  test('an unsupported intrinsic is reported with its place', () => {
    expect(() => resolve({ Code: [{ 'Fn::ImportValue': 'x' }] })).toThrow(
      'Thing.Code[0]: Fn::ImportValue is not imitated by the local runtime',
    );
  });

  test.each([
    ['a Select without such an item', { 'Fn::Select': [4, ['a']] }, 'Thing: Fn::Select'],
    ['a Join of an object', { 'Fn::Join': ['', [{ a: 1 }]] }, 'Thing: a string was expected'],
    ['a Join of no list', { 'Fn::Join': ['', 'a'] }, 'Thing: a list was expected'],
    ['a Split of one', { 'Fn::Split': ['a'] }, 'Thing: a list of 2 was expected'],
  ])('%s is refused', (_, value, message) => {
    expect(() => resolve(value)).toThrow(message);
  });

  test('a place that must hold a string refuses other values', () => {
    expect(resolveString(5, references, 'Thing')).toBe('5');
    expect(() => resolveString({ a: 1 }, references, 'Thing')).toThrow('Thing: a string');
  });
});
