import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inLines } from '../../../console/views/in-lines.ts';

test('a resource on one line is shown on many, with numbers and strings unchanged', () => {
  const text =
    '{"a":1.00,"b":[{"c":"x, {y: [z]} \\" \\\\"},[],{}],"a":-0e+5,"d":{"e":null}, "f" : [ ] }';
  expect(inLines(text)).toBe(
    [
      '{',
      '  "a": 1.00,',
      '  "b": [',
      '    {',
      '      "c": "x, {y: [z]} \\" \\\\"',
      '    },',
      '    [],',
      '    {}',
      '  ],',
      '  "a": -0e+5,',
      '  "d": {',
      '    "e": null',
      '  },',
      '  "f": []',
      '}',
    ].join('\n'),
  );
});

test('text that is not JSON, or already has lines, stays unchanged', () => {
  for (const text of ['', '{', '<script>', '{"a":1}{', '{\n"a":1}', 'NaN', '{"a":"\\u00"}']) {
    expect(inLines(text)).toBe(text);
  }
});

test('any JSON has the same meaning in lines', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const lines = inLines(text);
      expect(JSON.parse(lines)).toEqual(JSON.parse(text));
      expect(lines).toBe(JSON.stringify(JSON.parse(text), null, 2));
    }),
  );
});
