/** Compiles functions that apply an expression to what it found or made before. */
import { type Expression, Unsupported } from './ast.ts';
import {
  type Collection,
  EMPTY,
  type Item,
  listCode,
  optional,
  single,
  typesOf,
  valueCode,
} from './collection.ts';
import { TRUE } from './js.ts';
import { arrayOf, flatMap } from './navigate.ts';
import { freshVariable, runtime, type Scope } from './scope.ts';

/** The arguments and the scope of a function call. */
export interface Use {
  readonly focus: Collection;
  readonly args: readonly Expression[];
  readonly scope: Scope;
  /** An argument as a value. Its `$this` is the caller's. */
  argument(index: number): Collection;
  /** The first argument, compiled for one item of the focus (a lambda). */
  lambda(item: Item, more?: Pick<Scope, 'total' | 'index'>): Collection;
  /** An argument that may use the whole focus: `iif(empty(), …)`. */
  aboutFocus(index: number): Collection;
}

/**
 * The focus and the lambda of a function that tests or maps items. Where the lambda asks for
 * `$index`, the items are numbered first, which takes an array.
 */
export function itemsOf(use: Use): Pick<Use, 'focus' | 'lambda'> {
  const { focus, scope, args } = use;
  if (!args.some(asksIndex)) return use;
  const pairs = arrayOf(typesOf(focus), scope, `${runtime(scope, 'numbered')}(${listCode(focus)})`);
  const value = ({ value: pair }: Item) => `${pair}.value`;
  return {
    focus: flatMap(
      pairs,
      (pair) => ({ kind: 'single', items: [{ ...pair, value: value(pair) }] }),
      scope,
    ),
    lambda: (item) =>
      use.lambda(item, { index: single(item.value.replace(/value$/, 'at'), ['System.Integer']) }),
  };
}

function asksIndex(expression: unknown): boolean {
  if (typeof expression !== 'object' || expression === null) return false;
  if ('kind' in expression && expression.kind === 'index') return true;
  return Object.values(expression).some(asksIndex);
}

export function aggregated(use: Use): Collection {
  const { focus, args, scope } = use;
  const [item, total] = [freshVariable(scope, 'v'), freshVariable(scope, 'o')];
  const start = args.length > 1 ? use.argument(1) : EMPTY;
  const types = typesOf(args.length > 1 ? start : focus);
  const next = use.lambda(
    { value: item, present: TRUE, types: typesOf(focus) },
    { total: optional(total, types) },
  );
  // A list that grows by each item would take quadratic time.
  if (start.kind === 'many' || next.kind === 'many') {
    throw new Unsupported('aggregate() that makes a list, as select() and distinct() do');
  }
  const step = `(${item}, ${total}) => ${valueCode(next)}`;
  const code = `${runtime(scope, 'aggregate')}(${listCode(focus)}, ${step}, ${valueCode(start)})`;
  return optional(code, types);
}

/** Applies the projection to each item and to what it finds, until nothing new is found. */
export function repeated(use: Use): Collection {
  const { focus, scope } = use;
  const item = freshVariable(scope, 'v');
  // It may find other types in what it found.
  let types = typesOf(focus);
  let again = use.lambda({ value: item, present: TRUE, types });
  for (let before = -1; before < types.length && types.length > 0; ) {
    before = types.length;
    types = [...new Set([...types, ...typesOf(again)])];
    again = use.lambda({ value: item, present: TRUE, types });
  }
  const code = `${runtime(scope, 'repeat')}(${listCode(focus)}, (${item}) => ${listCode(again)})`;
  return arrayOf(typesOf(again), scope, code);
}
