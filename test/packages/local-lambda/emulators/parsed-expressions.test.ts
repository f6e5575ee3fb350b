import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type ExpressionParser,
  type ParseContext,
  parseOnce,
} from '../../../../packages/local-lambda/emulators/parsed-expressions.ts';

const require = createRequire(import.meta.url);

/** As dynalite has it: the emulators of other tests change those that a process shares. */
function unchanged(name: string): ExpressionParser {
  const file = require.resolve(`dynalite/db/${name}Parser.js`);
  const shared = require.cache[file];
  delete require.cache[file];
  const parser: ExpressionParser = require(file);
  if (shared === undefined) delete require.cache[file];
  else require.cache[file] = shared;
  return parser;
}

const conditionParser = unchanged('condition');
const updateParser = unchanged('update');
const projectionParser = unchanged('projection');

const NAMES = { '#a': 'colour', '#b': 'size' };
const CONDITIONS = [
  'attribute_not_exists(pk)',
  '#a = :x AND (#b < :y OR NOT contains(#a.list[2], :x))',
  '#a BETWEEN :x AND :y',
  'attribute_type(#a, :x)',
  'begins_with(#a, :x)',
  'size(#b) > :y',
  '#a IN (:x, :y, :z)',
  '#a = :missing',
  '#missing = :x',
  'pk = = :x',
];
const UPDATES = [
  'SET #a = :x',
  'SET #a = :x, #b.part[1] = if_not_exists(#b, :y) REMOVE gone',
  'SET n = n + :y',
  'ADD n :y',
  'DELETE #a :z',
  'SET l = list_append(l, :z)',
  'SET #a = :x, #a = :y',
];
const PROJECTIONS = ['#a, #b.part[0], pk', 'pk', '#missing'];

const value = fc.oneof(
  fc.string().map((S) => ({ S })),
  fc.constantFrom('S', 'BOOL').map((S) => ({ S })),
  fc.integer().map((n) => ({ N: String(n) })),
  fc.array(fc.string({ minLength: 1 }), { minLength: 1 }).map((SS) => ({ SS })),
  fc.array(fc.string().map((S) => ({ S }))).map((L) => ({ L })),
);
const values = fc.record({ ':x': value, ':y': value, ':z': value }, { requiredKeys: [':x', ':y'] });
type Values = typeof values extends fc.Arbitrary<infer V> ? V : never;

const compare = (_: string, a: { N?: string }, b: { N?: string }) => Number(a.N) > Number(b.N);

function contextOf(attrVals: Values): ParseContext {
  const unusedAttrVals = Object.fromEntries(Object.keys(attrVals).map((name) => [name, true]));
  return {
    ...{ attrNames: NAMES, unusedAttrNames: { '#a': true, '#b': true } },
    ...{ attrVals, unusedAttrVals, isReserved: () => false, compare },
  } as ParseContext;
}

function outcome(parser: ExpressionParser, text: string, attrVals: Values) {
  const context = contextOf(attrVals);
  const { unusedAttrNames, unusedAttrVals } = context;
  try {
    return { parsed: parser.parse(text, { context }), unusedAttrNames, unusedAttrVals };
  } catch (error) {
    return { refused: String(error) };
  }
}

/** The parser of dynalite, changed and unchanged. */
function pair({ parse }: ExpressionParser) {
  const changed = { parse };
  parseOnce(changed);
  return { changed, plain: { parse } };
}

const A: Values = { ':x': { S: 'red' }, ':y': { N: '1' } };

test.each([
  ['condition', conditionParser, CONDITIONS],
  ['update', updateParser, UPDATES],
  ['projection', projectionParser, PROJECTIONS],
])('an expression that was parsed before has the same result: %s', (_, parser, expressions) => {
  const { changed, plain } = pair(parser);
  // Only the changed one refuses this: the other is dynalite's own.
  const long = `${' '.repeat(4_096)}${expressions[0]}`;
  expect(outcome(plain, long, A)).toHaveProperty('parsed');
  expect(outcome(changed, long, A)).toHaveProperty('refused');
  fc.assert(
    fc.property(fc.constantFrom(...expressions), values, (text, attrVals) => {
      expect(outcome(changed, text, attrVals)).toEqual(outcome(plain, text, attrVals));
    }),
    { numRuns: 500 },
  );
});

function counted({ parse }: ExpressionParser) {
  const texts: string[] = [];
  const parser: ExpressionParser = {
    parse(text, options) {
      texts.push(text);
      return parse(text, options);
    },
  };
  parseOnce(parser);
  return { parser, texts };
}

test('an expression is parsed once for other values of the same types', () => {
  const { parser, texts } = counted(updateParser);
  for (const S of ['red', 'blue', '']) outcome(parser, 'SET #a = :x', { ...A, ':x': { S } });
  expect(texts).toEqual(['SET #a = :x']);
  outcome(parser, 'SET #a = :x', { ...A, ':x': { N: '1' } });
  expect(texts).toHaveLength(2);
});

test.each(['#a BETWEEN :x AND :y', 'attribute_type(#a, :x)'])('%s is parsed each time', (text) => {
  const { parser, texts } = counted(conditionParser);
  const attrVals = { ':x': { S: 'N' }, ':y': { S: 'S' } };
  for (let n = 0; n < 3; n += 1) expect(outcome(parser, text, attrVals)).toHaveProperty('parsed');
  expect(texts).toHaveLength(3);
});

test('what dynalite changes in a result is not seen by the next request', () => {
  const { changed } = pair(updateParser);
  const first = outcome(changed, 'SET #a = :x', A).parsed as { sections: { val: unknown }[] };
  const [section] = first.sections;
  if (section) section.val = 'changed';
  expect(outcome(changed, 'SET #a = :x', A).parsed).toMatchObject({
    sections: [{ val: { S: 'red' } }],
  });
});

test('a name counts as used also if another expression of the first request had used it', () => {
  const { changed } = pair(conditionParser);
  const context = contextOf(A);
  delete context.unusedAttrNames['#a'];
  changed.parse('#a = :x', { context });
  expect(outcome(changed, '#a = :x', A).unusedAttrNames).toEqual({ '#b': true });
});

test('an expression above 4 KB is refused, as DynamoDB does', () => {
  const parser = { parse: (text: string) => text.length };
  parseOnce(parser);
  const context = { unusedAttrNames: {}, unusedAttrVals: {} };
  const parse = (text: string) => (parser as ExpressionParser).parse(text, { context });
  expect(parse('x'.repeat(4_096))).toBe(4_096);
  expect(() => parse('ü'.repeat(2_049))).toThrow(
    'Expression size has exceeded the maximum allowed size; expression size: 4098',
  );
});
