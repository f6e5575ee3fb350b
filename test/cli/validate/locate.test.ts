import { expect, test } from 'vitest';
import { LineCounter, locate, stepsOf } from '../../../cli/validate/locate.ts';

const TEXT = `{ "a": [1, { "b": "x",
  "_c": { "id": "y" } }],
 "d": {} }`;

test.each([
  ['X', '{ "a"'],
  ['X.a', '[1,'],
  ['X.a[1].b', '"x"'],
  ['X.a[1].c', '{ "id"'],
  ['X.a[1].c.id', '"y"'],
  ['X.a[2].b', '[1,'],
  ['X.d.e.f', '{} }'],
])('finds %s, or the nearest element around it', (expression, found) => {
  const [at = -1] = locate(TEXT, 0, [stepsOf(expression)]);
  expect(TEXT.slice(at)).toMatch(new RegExp(`^${RegExp.escape(found)}`));
});

test('lines are counted from the number of the first', () => {
  const lines = new LineCounter(TEXT, 7);
  expect(
    [0, TEXT.indexOf('"_c"'), TEXT.indexOf('"_c"'), TEXT.length].map((at) => lines.at(at)),
  ).toEqual([7, 8, 8, 9]);
});
