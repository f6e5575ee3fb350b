import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromAttributes, toAttributes } from '../../aws/attribute-values.ts';

/** The SDK makes a prototype of the value of that name. */
const name = fc.string().filter((text) => text !== '__proto__');
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }),
    fc.array(tie('any')),
    fc.dictionary(name, tie('any'), { noNullPrototype: true }),
  ),
})).any;

describe('values in DynamoDB’s JSON', () => {
  it('are written and read as the SDK does', () => {
    let runs = 0;
    fc.assert(
      fc.property(fc.dictionary(name, value, { noNullPrototype: true }), (item) => {
        runs += 1;
        const attributes = toAttributes(item);
        expect(attributes).toEqual(marshall(item, { removeUndefinedValues: true }));
        expect(fromAttributes(attributes)).toEqual(unmarshall(attributes as never));
      }),
    );
    expect(runs).toBeGreaterThan(50);
  });

  it('may have any name', () => {
    const item = JSON.parse('{"__proto__":{"constructor":1}}');
    expect(fromAttributes(toAttributes(item))).toEqual(item);
  });

  it('leave out members and entries without a value', () => {
    expect(toAttributes({ a: undefined, b: [1, undefined], c: { d: undefined } })).toEqual({
      b: { L: [{ N: '1' }] },
      c: { M: {} },
    });
  });

  it('hold bytes, sets and integers of any size', () => {
    const item = {
      bytes: new Uint8Array([0, 255, 7]),
      buffer: Buffer.from('text'),
      texts: new Set(['a', 'b']),
      numbers: new Set([1, 2.5]),
      large: 2n ** 60n,
    };
    const attributes = toAttributes(item);
    expect(attributes).toEqual({
      bytes: { B: 'AP8H' },
      buffer: { B: 'dGV4dA==' },
      texts: { SS: ['a', 'b'] },
      numbers: { NS: ['1', '2.5'] },
      large: { N: '1152921504606846976' },
    });
    expect(fromAttributes(attributes)).toEqual({
      ...item,
      buffer: new Uint8Array(Buffer.from('text')),
    });
  });

  it.each([
    ['no number', Number.NaN],
    ['an endless number', Number.POSITIVE_INFINITY],
    ['an empty set', new Set()],
    ['a set of both', new Set(['a', 1])],
    ['a function', () => 1],
  ])('refuse %s', (_, value) => {
    expect(() => toAttributes({ value })).toThrow(TypeError);
  });

  it('refuse a type that DynamoDB does not have', () => {
    expect(() => fromAttributes({ value: { X: '1' } })).toThrow('of no known type: X');
  });
});
