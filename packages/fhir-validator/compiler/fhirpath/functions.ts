import { type Expression, Unsupported } from './ast.ts';
import {
  type Collection,
  definite,
  EMPTY,
  exists,
  type Item,
  listCode,
  optional,
  type Single,
  single,
  some,
  truth,
  typesOf,
  valueCode,
} from './collection.ts';
import {
  allChildren,
  allDescendants,
  conformsTo,
  containedIsReferenced,
  hasValue,
  isSurelyAfter,
  memberOf,
  primitiveValue,
  resolveContained,
  resolveReference,
} from './fhir-functions.ts';
import { aggregated, itemsOf, repeated, type Use } from './iteration.ts';
import { and, FALSE, not, or, TRUE } from './js.ts';
import { memberTest } from './membership.ts';
import { arrayOf, children, flatMap, onlyOne } from './navigate.ts';
import { combined, indexed, negated, skipped, taken, typesOfBoth, union } from './operators.ts';
import { parse } from './parse.ts';
import { runtime, type Scope } from './scope.ts';
import { STRING_FUNCTIONS } from './string-functions.ts';
import { asType, isOfType } from './type-tests.ts';
import { VALUE_FUNCTIONS } from './value-functions.ts';

export type Compile = (expression: Expression, scope: Scope) => Collection;
type Call = Extract<Expression, { kind: 'call' }>;

const FUNCTIONS: Readonly<Record<string, (use: Use) => Collection>> = {
  // Existence
  empty: ({ focus }) => definite(not(exists(focus))),
  exists: (use) => definite(exists(use.args.length > 0 ? where(use) : use.focus)),
  not: ({ focus }) => negated(focus),
  all: (use) => {
    const { focus, lambda } = itemsOf(use);
    return definite(not(some(focus, (item) => not(truth(lambda(item)).isTrue))));
  },
  allTrue: ({ focus }) => definite(not(some(focus, (item) => not(isTrue(item))))),
  anyTrue: ({ focus }) => definite(some(focus, isTrue)),
  allFalse: ({ focus }) => definite(not(some(focus, (item) => not(isFalse(item))))),
  anyFalse: ({ focus }) => definite(some(focus, isFalse)),
  count: ({ focus }) => single(countCode(focus), ['System.Integer']),
  getValue: ({ focus, scope }) => primitiveValue(onlyOne(focus, scope), scope),
  hasValue: ({ focus, scope }) => definite(hasValue(onlyOne(focus, scope), scope)),
  isDistinct: ({ focus, scope }) =>
    focus.kind === 'single'
      ? definite(TRUE)
      : definite(`${runtime(scope, 'isDistinct')}(${focus.list()})`),

  // Filtering and projection
  where,
  select: (use) => {
    const { focus, lambda } = itemsOf(use);
    return focus.kind === 'single' && focus.items.length === 1
      ? projectOne(focus, lambda, use.scope)
      : flatMap(focus, (item) => lambda(item), use.scope);
  },
  ofType: ({ focus, args, scope }) => asType(focus, typeName(args[0]), scope),
  as: ({ focus, args, scope }) => asType(focus, typeName(args[0]), scope),
  is: ({ focus, args, scope }) => isOfType(focus, typeName(args[0]), scope),
  extension: (use) => {
    const extensions = children(use.focus, 'extension', use.scope);
    const url = valueCode(onlyOne(use.argument(0), use.scope));
    return flatMap(extensions, (item) => filtered(item, `${item.value}.url === ${url}`), use.scope);
  },

  // Subsetting and combining
  first: ({ focus, scope }) =>
    focus.kind === 'single' ? focus : indexed(focus, single('0', []), scope),
  last: ({ focus, scope }) =>
    focus.kind === 'single' ? focus : indexed(focus, single('-1', []), scope),
  single: ({ focus, scope }) => onlyOne(focus, scope),
  tail: ({ focus, scope }) => skipped(focus, '1', scope),
  skip: (use) => skipped(use.focus, valueCode(onlyOne(use.argument(0), use.scope)), use.scope),
  take: (use) => taken(use.focus, valueCode(onlyOne(use.argument(0), use.scope)), use.scope),
  distinct: ({ focus, scope }) =>
    arrayOf(typesOf(focus), scope, `${runtime(scope, 'distinct')}(${listCode(focus)})`),
  union: (use) => union(use.focus, use.argument(0), use.scope),
  combine: (use) => combined(use.focus, use.argument(0)),
  intersect: (use) => withoutDuplicates(intersection(use), use.scope),
  exclude: (use) => intersection(use, true),
  subsetOf: (use) => definite(not(exists(intersection(use, true)))),
  supersetOf: ({ focus, scope, argument }) =>
    definite(`${runtime(scope, 'hasAll')}(${listCode(focus)}, ${listCode(argument(0))})`),
  repeat: (use) => repeated(use),
  aggregate: (use) => aggregated(use),
  children: ({ focus, scope }) => allChildren(focus, scope),
  descendants: ({ focus, scope }) => allDescendants(focus, scope),

  // Decisions, and functions that other files implement
  iif: (use) => conditional(use),
  trace: ({ focus }) => focus,
  isSurelyAfter: ({ focus, argument, scope }) =>
    isSurelyAfter(onlyOne(focus, scope), onlyOne(argument(0), scope), scope),
  containedIsReferenced: ({ scope }) => containedIsReferenced(scope),
  resolveContained: ({ focus, scope }) => resolveContained(focus, scope),
  resolve: ({ focus, scope }) => resolveReference(focus, scope),
  memberOf: ({ focus, args, scope }) => memberOf(focus, args[0], scope),
  conformsTo: ({ focus, args, scope }) => conformsTo(focus, args[0], scope),
  join: ({ focus, args, scope, argument }) => {
    const separator = args.length > 0 ? valueCode(onlyOne(argument(0), scope)) : '""';
    return optional(`${runtime(scope, 'joined')}(${listCode(focus)}, ${separator})`, [
      'System.String',
    ]);
  },
  today: ({ scope }) => optional(`${runtime(scope, 'today')}(r)`, ['System.Date']),
  now: ({ scope }) => optional(`${runtime(scope, 'now')}(r)`, ['System.DateTime']),
  timeOfDay: ({ scope }) => optional(`${runtime(scope, 'timeOfDay')}(r)`, ['System.Time']),
  // The runtime checks it when it parses the narrative.
  htmlChecks: () => definite(TRUE),
};

/** Functions that others define, as FHIRPath's text does: https://build.fhir.org/ig/HL7/FHIRPath */
const BY_DEFINITION: ReadonlyMap<string, Expression> = new Map(
  Object.entries({
    sum: 'aggregate(iif($total.empty(), $this, $total + $this))',
    min: 'aggregate(iif($total.empty() or $this < $total, $this, $total))',
    max: 'aggregate(iif($total.empty() or $this > $total, $this, $total))',
    avg: 'sum() / count()',
    convertsToString: 'iif(exists(), toString().exists(), {})',
  }).map(([name, text]) => [name, parse(text)]),
);

export function callFunction(call: Call, scope: Scope, compile: Compile): Collection {
  const focus = call.of === undefined ? scope.focus : compile(call.of, scope);
  const definition = BY_DEFINITION.get(call.name);
  if (definition !== undefined) return compile(definition, { ...scope, focus });
  const use: Use = {
    focus,
    args: call.args,
    scope,
    argument: (index) => compile(argumentOf(call, index), scope),
    lambda: (item, more) =>
      compile(argumentOf(call, 0), { ...scope, ...more, focus: { kind: 'single', items: [item] } }),
    aboutFocus: (index) => compile(argumentOf(call, index), { ...scope, focus }),
  };
  const ofOne = STRING_FUNCTIONS.get(call.name) ?? VALUE_FUNCTIONS.get(call.name);
  if (ofOne) {
    const args = call.args.map((_, index) => onlyOne(use.argument(index), scope));
    return ofOne(onlyOne(focus, scope), args, scope);
  }
  const known = Object.hasOwn(FUNCTIONS, call.name) ? FUNCTIONS[call.name] : undefined;
  if (known === undefined) throw new Unsupported(`function ${call.name}()`);
  return known(use);
}

function argumentOf(call: Call, index: number): Expression {
  const found = call.args[index];
  if (found === undefined) throw new Unsupported(`${call.name}() without an argument`);
  return found;
}

function where(use: Use): Collection {
  const { focus, lambda } = itemsOf(use);
  const test = (item: Item) => truth(lambda(item)).isTrue;
  if (focus.kind === 'single') {
    const items = focus.items.map((item) => ({
      ...item,
      present: and(item.present, test(item)),
    }));
    return { kind: 'single', items: items.filter((item) => item.present !== FALSE) };
  }
  return flatMap(focus, (item) => filtered(item, test(item)), use.scope);
}

function filtered(item: Item, test: string): Single {
  return { kind: 'single', items: test === FALSE ? [] : [{ ...item, present: test }] };
}

function isTrue(item: Item): string {
  return truth({ kind: 'single', items: [item] }).isTrue;
}

function isFalse(item: Item): string {
  return truth({ kind: 'single', items: [item] }).isFalse;
}

function projectOne(focus: Single, lambda: Use['lambda'], scope: Scope): Collection {
  const [item] = focus.items;
  if (item === undefined) return EMPTY;
  const mapped = lambda(item);
  if (mapped.kind === 'many') return flatMap(focus, () => mapped, scope);
  const items = mapped.items.map((each) => ({ ...each, present: and(item.present, each.present) }));
  return { kind: 'single', items };
}

function countCode(of: Collection): string {
  if (of.kind === 'many') return `${of.list()}.length`;
  const test = exists(of);
  return test === TRUE ? '1' : `(${test} ? 1 : 0)`;
}

/** Whether there is some item does not depend on duplicates. */
function withoutDuplicates(of: Collection, scope: Scope): Collection {
  if (of.kind === 'single') return of;
  return { ...of, list: () => `${runtime(scope, 'distinct')}(${of.list()})` };
}

/** Items of the focus that the argument has too. With `isInverse`, those that it does not have. */
function intersection(use: Use, isInverse = false): Collection {
  const [expression] = use.args;
  const other = use.argument(0);
  if (expression === undefined) return EMPTY;
  return flatMap(
    use.focus,
    (item) => {
      const test = memberTest(item, other, expression, use.scope);
      return filtered(item, isInverse ? not(test) : test);
    },
    use.scope,
  );
}

function conditional(use: Use): Collection {
  const test = truth(use.aboutFocus(0)).isTrue;
  const then = use.aboutFocus(1);
  const otherwise = use.args.length > 2 ? use.aboutFocus(2) : EMPTY;
  if (then.kind === 'many' || otherwise.kind === 'many') return oneOf(test, then, otherwise);
  const when = (condition: string, branch: Single) =>
    branch.items.map((item) => ({ ...item, present: and(condition, item.present) }));
  const items = [...when(test, then), ...when(not(test), otherwise)];
  return { kind: 'single', items: items.filter((item) => item.present !== FALSE) };
}

function oneOf(test: string, then: Collection, otherwise: Collection): Collection {
  return {
    kind: 'many',
    types: typesOfBoth(then, otherwise),
    some: (passes) => or(and(test, some(then, passes)), and(not(test), some(otherwise, passes))),
    list: () => `(${test} ? ${listCode(then)} : ${listCode(otherwise)})`,
  };
}

function typeName(expression: Expression | undefined): string {
  if (expression?.kind !== 'member') throw new Unsupported('a type that is no name');
  return expression.of === undefined
    ? expression.name
    : `${typeName(expression.of)}.${expression.name}`;
}
