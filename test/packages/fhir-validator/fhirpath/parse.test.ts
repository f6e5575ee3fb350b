import { describe, expect, test } from 'vitest';
import {
  type Expression,
  Unsupported,
} from '../../../../packages/fhir-validator/compiler/fhirpath/ast.ts';
import { parse } from '../../../../packages/fhir-validator/compiler/fhirpath/parse.ts';

describe('parse', () => {
  test.each([
    ['a or b and c', '(a or (b and c))'],
    ['a and b or c', '((a and b) or c)'],
    ['a implies b implies c', '((a implies b) implies c)'],
    ['a = b or c', '((a = b) or c)'],
    ["a in 'x' | 'y'", "(a in ('x' | 'y'))"],
    ['a + b > c', '((a + b) > c)'],
    ["'#' + id in b", "(('#' + id) in b)"],
    [
      'a is decimal implies (a as decimal) <= 100',
      '((a is decimal) implies ((a as decimal) <= 100))',
    ],
    ['-a + b', '(-a + b)'],
    ['a.b(c, d)[0].e', 'a.b(c, d)[0].e'],
    ['a.is(FHIR.Patient)', 'a.is(FHIR.Patient)'],
    ['a.contains(b) contains c', '(a.contains(b) contains c)'],
    ['%resource.a', '%resource.a'],
    ['text.`div`', 'text.div'],
    ['$this = {}', '($this = {})'],
    ['a // comment\n and /* more */ b', '(a and b)'],
  ])('%s', (source, expected) => {
    expect(shown(parse(source))).toBe(expected);
  });

  test('unescapes strings', () => {
    expect(parse(String.raw`'it\'s \\s \u0041\n'`)).toMatchObject({ value: "it's \\s A\n" });
  });

  test.each([
    ['@2015.is(DateTime)', '@2015'],
    ['@2015-02T.is(DateTime)', '@2015-02'],
    ['@2015-02-04.is(DateTime)', '@2015-02-04'],
    ['@2015-02-04T14:34:28.123+10:00.is(DateTime)', '@2015-02-04T14:34:28.123+10:00'],
    ['@T14:34.is(Time)', '@T14:34'],
  ])('a point behind %s ends the literal', (source, literal) => {
    const { of } = parse(source) as { of?: { value: string } };
    expect(`@${of?.value}`).toBe(literal);
  });

  test('a number has no zeros in front, which JavaScript does not allow', () => {
    expect(['00.5', '007', '0', '0.5', '10'].map(parse)).toMatchObject(
      ['0.5', '7', '0', '0.5', '10'].map((value) => ({ value })),
    );
  });

  test.each([
    '@2015-02-04T14',
    '@2015-02-04T14:34',
    '@2015-02-04T14:34Z',
    'a..b',
    'a b',
    '(a',
    'a.b(',
    '',
    '3 dozens',
    'a ^ b',
    "'open",
  ])('refuses %j', (source) => {
    expect(() => parse(source)).toThrow(Unsupported);
  });
});

/** The expression with all parentheses. */
function shown(of: Expression): string {
  const before = 'of' in of && of.of ? `${shown(of.of)}.` : '';
  switch (of.kind) {
    case 'literal':
      return of.type === 'string' ? `'${of.value}'` : String(of.value);
    case 'empty':
      return '{}';
    case 'this':
      return '$this';
    case 'total':
      return '$total';
    case 'index':
      return '$index';
    case 'constant':
      return `%${of.name}`;
    case 'member':
      return `${before}${of.name}`;
    case 'call':
      return `${before}${of.name}(${of.args.map(shown).join(', ')})`;
    case 'item':
      return `${shown(of.of)}[${shown(of.index)}]`;
    case 'sign':
      return `${of.operator}${shown(of.operand)}`;
    case 'binary':
      return `(${shown(of.left)} ${of.operator} ${shown(of.right)})`;
    case 'type':
      return `(${shown(of.operand)} ${of.operator} ${of.type})`;
  }
}
