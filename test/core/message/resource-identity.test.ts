import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  identityIn,
  resourceIdOf,
  resourceTypeOf,
} from '../../../core/message/resource-identity.ts';

describe('the resource type of a text', () => {
  test.each([
    ['{"resourceType":"Patient"}', 'Patient'],
    [' {\n "id" : "x" ,\t"resourceType" : "Patient" }', 'Patient'],
    ['{"contained":[{"resourceType":"Group"}],"resourceType":"Patient"}', 'Patient'],
    ['{"a":{"resourceType":"Group"},"resourceType":"Patient"}', 'Patient'],
    ['{"a":"\\"resourceType\\":\\"Group\\"","resourceType":"Patient"}', 'Patient'],
    ['{"resource\\u0054ype":"Pat\\u0069ent"}', 'Patient'],
    ['{"resourceType":"Patient","resourceType":"Group"}', 'Patient'],
    ['{"a":"resourceType","b":1}', undefined],
    ['["resourceType","Patient"]', undefined],
    ['{"resourceType":7}', undefined],
    ['{"resourceType":"\\q"}', undefined],
    [`{"resourceType":"${'x'.repeat(200)}"}`, undefined],
    ['{"resourceType"', undefined],
    ['{"resourceType":"Pat', undefined],
    ['{"resourceType":"Pat\\', undefined],
    ['{}', undefined],
    ['', undefined],
  ])('%s', (text, type) => {
    expect(resourceTypeOf(text)).toBe(type);
  });

  test('is the one that a parser finds, in any object with one', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })),
        fc.string({ maxLength: 40 }),
        fc.constantFrom(undefined, 1),
        (others, type, space) => {
          const { resourceType: _, ...rest } = others;
          const text = JSON.stringify({ ...rest, resourceType: type }, null, space);
          const found = resourceTypeOf(text);
          // Long escapes are cut off by the limit for names.
          if (JSON.stringify(type).length <= 128) expect(found).toBe(type);
          else expect(found).toBeUndefined();
        },
      ),
    );
  });

  test('is found quickly however deep or large the text is', () => {
    const deep = `{"a":${'['.repeat(1_000_000)}`;
    expect(resourceTypeOf(deep)).toBeUndefined();
    expect(resourceTypeOf(`{"data":"${'\\\\'.repeat(1_000_000)}","resourceType":"Binary"}`)).toBe(
      'Binary',
    );
  });
});

test.each([
  ['{"resourceType":"Patient","id":"p-1"}', 'p-1'],
  ['{"contained":[{"id":"inner"}],"id":"outer"}', 'outer'],
  ['{"resourceType":"Patient"}', undefined],
  ['{"id":7}', undefined],
])('the id of a text: %s', (text, id) => {
  expect(resourceIdOf(text)).toBe(id);
  expect(identityIn(text).id).toBe(id);
});

test('the identity in a text has only what is there', () => {
  expect(identityIn('{"resourceType":"Patient","id":"p-1"}')).toEqual({
    resourceType: 'Patient',
    id: 'p-1',
  });
  expect(identityIn('')).toEqual({});
});
