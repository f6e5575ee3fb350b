import fc from 'fast-check';
import { expect, it } from 'vitest';
import { elements, members } from '../../../cli/input/json-spans.ts';

const spaced = fc.constantFrom(undefined, 1, '\t', ' \n');

it('splits every array into exactly its elements', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), spaced, (array, space) => {
      const text = JSON.stringify(array, undefined, space);
      const cut = [...elements(text, 0)].map(({ start, end }) =>
        JSON.parse(text.slice(start, end)),
      );
      expect(cut).toEqual(JSON.parse(text));
    }),
  );
});

it('splits every object into exactly its members', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), spaced, (object, space) => {
      const text = JSON.stringify(object, undefined, space);
      const cut = [...members(text, 0)].map(({ key, value }) => [
        key,
        JSON.parse(text.slice(value.start, value.end)),
      ]);
      expect(cut).toEqual(Object.entries(JSON.parse(text)));
    }),
  );
});

it('follows any depth of nesting', () => {
  const deep = `[${'['.repeat(200_000)}${']'.repeat(200_000)},1]`;
  expect([...elements(deep, 0)]).toHaveLength(2);
});
