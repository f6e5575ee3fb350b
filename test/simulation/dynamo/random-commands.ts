/** Random commands on the one table, with random items and expressions. */
import {
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { INDEX, TABLE } from './on-both.ts';

export const SORT_KEYS = ['a', 'ab', 'abc', 'b', 'ä', '\u{1f600}', '\uffee', 'b#1', 'b#10'];
const word = fc.constantFrom(...SORT_KEYS);
const number = fc.integer({ min: -3, max: 12 });
const leaf = fc.oneof(word, number, fc.boolean(), fc.constant(null));
const list = fc.array(leaf, { maxLength: 3 });
const map = fc.dictionary(fc.constantFrom('x', 'y'), leaf, { maxKeys: 2 });
const value = fc.oneof(leaf, list, map);

/** Attributes that expressions name, including nested ones. */
const attribute = fc.constantFrom('title', '#status', 'xs', 'box', 'num');
const path = fc.oneof(
  attribute,
  fc.constantFrom('box.x', 'box.#y', 'xs[0]', 'xs[1]', 'xs[7]', 'pk'),
);
const NAMES = { '#status': 'status', '#y': 'y' };

const item = fc.record(
  {
    kind: fc.constantFrom('k1', 'k2'),
    rank: number,
    title: fc.oneof(word, number),
    status: value,
    xs: list,
    box: map,
    num: number,
  },
  { requiredKeys: [] },
);
const key = fc.record({ pk: fc.constantFrom('p1', 'p2'), sk: word });

/** An expression with its values. */
interface Made {
  readonly text: string;
  readonly values: readonly unknown[];
}

const made = (...parts: readonly (string | Made)[]): Made => ({
  text: parts.map((part) => (typeof part === 'string' ? part : part.text)).join(' '),
  values: parts.flatMap((part) => (typeof part === 'string' ? [] : part.values)),
});
const placeholder = (of: fc.Arbitrary<unknown>) => of.map((one) => ({ text: '?', values: [one] }));
const scalar = placeholder(fc.oneof(word, number));

const simple = fc.oneof(
  path.map((one) => made(`attribute_exists(${one})`)),
  path.map((one) => made(`attribute_not_exists(${one})`)),
  fc
    .tuple(path, fc.constantFrom('=', '<>'), placeholder(value))
    .map(([one, sign, bound]) => made(one, sign, bound)),
  fc
    .tuple(path, fc.constantFrom('<', '<=', '>', '>='), scalar)
    .map(([one, sign, bound]) => made(one, sign, bound)),
  fc
    .tuple(fc.constantFrom('xs', 'box'), fc.constantFrom('=', '<', '>='), placeholder(fc.nat(3)))
    .map(([one, sign, bound]) => made(`size(${one})`, sign, bound)),
  fc
    .tuple(path, word)
    .map(([one, prefix]) => made('begins_with(', one, ',', { text: '?', values: [prefix] }, ')')),
  fc.tuple(path, scalar).map(([one, part]) => made('contains(', one, ',', part, ')')),
  fc
    .tuple(path, fc.constantFrom('S', 'N', 'L', 'M', 'BOOL', 'NULL'))
    .map(([one, type]) => made('attribute_type(', one, ',', { text: '?', values: [type] }, ')')),
  fc
    .tuple(path, placeholder(value), placeholder(value))
    .map(([one, first, second]) => made(one, 'IN (', first, ',', second, ')')),
  fc.tuple(path, fc.integer({ min: -3, max: 4 }), fc.nat(8)).map(([one, from, more]) =>
    made(one, 'BETWEEN', { text: '?', values: [from] }, 'AND', {
      text: '?',
      values: [from + more],
    }),
  ),
);

const { condition } = fc.letrec<{ condition: Made }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    simple,
    fc
      .tuple(tie('condition'), fc.constantFrom('AND', 'OR'), tie('condition'))
      .map(([one, sign, other]) => made('(', one, ')', sign, '(', other, ')')),
    fc
      .tuple(simple, simple, simple)
      .map(([one, other, third]) => made(one, 'OR', other, 'AND', 'NOT', third)),
    tie('condition').map((one) => made('NOT (', one, ')')),
  ),
}));

const update = fc.oneof(
  fc
    .tuple(fc.constantFrom('title', '#status', 'box.x', 'xs[0]', 'xs[7]'), placeholder(leaf))
    .map(([one, next]) => made('SET', one, '=', next)),
  placeholder(value).map((next) => made('SET #status = if_not_exists(#status,', next, ')')),
  placeholder(list).map((more) =>
    made('SET xs = list_append(if_not_exists(xs,', more, '),', more, ')'),
  ),
  placeholder(number).map((more) => made('SET num = num +', more, 'REMOVE title')),
  placeholder(number).map((less) => made('SET num =', less, '- num')),
  placeholder(number).map((more) => made('ADD num', more, 'SET title =', more)),
  fc.constantFrom(
    made('REMOVE box, xs'),
    made('REMOVE box.x, xs[0]'),
    made('REMOVE xs[1], xs[0]'),
    made('REMOVE #status'),
    made('SET title = n, n = name'),
  ),
);

/** Numbers the placeholders, and names only used ones, because unused ones are refused. */
function expressionsOf(made: Readonly<Record<string, Made | undefined>>) {
  const values: Record<string, unknown> = {};
  const texts: Record<string, string> = {};
  for (const [field, expression] of Object.entries(made)) {
    if (expression === undefined) continue;
    const left = [...expression.values];
    texts[field] = expression.text.replaceAll('?', () => {
      const name = `:v${Object.keys(values).length}`;
      values[name] = left.shift();
      return name;
    });
  }
  const all = Object.values(texts).join(' ');
  const names = Object.entries(NAMES).filter(([name]) => new RegExp(`${name}\\b`).test(all));
  return {
    ...texts,
    ...(names.length > 0 && { ExpressionAttributeNames: Object.fromEntries(names) }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
}

const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined, freq: 2 });

export const write = fc.oneof(
  fc.tuple(key, item, maybe(condition)).map(
    ([Key, fields, ConditionExpression]) =>
      new PutCommand({
        TableName: TABLE,
        Item: { ...Key, ...fields },
        ...expressionsOf({ ConditionExpression }),
      }),
  ),
  fc
    .tuple(key, maybe(condition), fc.constantFrom('ALL_OLD' as const, 'ALL_NEW' as const), update)
    .map(
      ([Key, ConditionExpression, ReturnValues, UpdateExpression]) =>
        new UpdateCommand({
          TableName: TABLE,
          Key,
          ReturnValues,
          ...expressionsOf({ UpdateExpression, ConditionExpression }),
        }),
    ),
  fc
    .tuple(key, maybe(condition))
    .map(
      ([Key, ConditionExpression]) =>
        new DeleteCommand({ TableName: TABLE, Key, ...expressionsOf({ ConditionExpression }) }),
    ),
);

const partitionIs = (name: string) =>
  fc.constantFrom('p1', 'p2').map((pk) => made(`${name} =`, { text: '?', values: [pk] }));
const sortRange = (name: string, bound: fc.Arbitrary<Made>) =>
  fc.oneof(
    fc
      .tuple(fc.constantFrom('=', '<', '<=', '>', '>='), bound)
      .map(([sign, one]) => made(name, sign, one)),
    fc
      .tuple(bound, bound)
      .filter(
        ([
          {
            values: [a],
          },
          {
            values: [b],
          },
        ]) => Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b))) <= 0,
      )
      .map(([from, to]) => made(name, 'BETWEEN', from, 'AND', to)),
    word.map((prefix) => made('begins_with(', name, ',', { text: '?', values: [prefix] }, ')')),
  );
const and = (one: Made, other: Made | undefined) => (other ? made(one, 'AND', other) : one);

export const read = fc.oneof(
  fc.tuple(key, maybe(fc.constant(made('pk, #status, num')))).map(
    ([Key, ProjectionExpression]) =>
      new GetCommand({
        TableName: TABLE,
        Key,
        ConsistentRead: true,
        ...expressionsOf({ ProjectionExpression }),
      }),
  ),
  fc
    .tuple(
      partitionIs('pk'),
      maybe(sortRange('sk', placeholder(word))),
      fc.boolean(),
      maybe(fc.integer({ min: 1, max: 3 })),
      maybe(condition),
    )
    .map(
      ([partition, range, ScanIndexForward, Limit, filter]) =>
        new QueryCommand({
          TableName: TABLE,
          ScanIndexForward,
          ...(Limit !== undefined && { Limit }),
          ...expressionsOf({
            KeyConditionExpression: and(partition, range),
            FilterExpression: filter && /\bpk\b/.test(filter.text) ? undefined : filter,
          }),
        }),
    ),
  fc.constantFrom('k1', 'k2').map(
    (kind) =>
      new QueryCommand({
        TableName: TABLE,
        IndexName: INDEX,
        ...expressionsOf({ KeyConditionExpression: made('kind =', { text: '?', values: [kind] }) }),
      }),
  ),
  fc.constant(new ScanCommand({ TableName: TABLE })),
  fc.constant(new ScanCommand({ TableName: TABLE, IndexName: INDEX })),
);
