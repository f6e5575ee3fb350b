/**
 * Expressions that have the same value for every item of a loop, because all their paths start at
 * `%resource` or the like.
 */
import type { Expression } from './ast.ts';
import { hash } from './js.ts';

/** JavaScript names of what the paths start at. */
const OWNERS: Readonly<Record<string, string>> = {
  resource: 'res',
  rootResource: 'root',
  context: 'n',
};
/** The first argument of these is about an item of what they are called on. */
const LAMBDAS = new Set(['where', 'select', 'all', 'exists', 'repeat']);

/** What the value belongs to, and a name for it. */
export interface FixedValue {
  readonly owner: string;
  readonly name: string;
}

/** Undefined if the value is about an item of the loop, or about two things. */
export function fixedValue(expression: Expression): FixedValue | undefined {
  const owners = new Set<string>();
  if (!isFixed(expression, false, owners)) return undefined;
  const [owner, ...others] = owners;
  if (owner === undefined || others.length > 0) return undefined;
  return { owner, name: hash(JSON.stringify(expression)) };
}

/** `isWithin` says whether the value that names without a path start at is fixed. */
function isFixed(expression: Expression, isWithin: boolean, owners: Set<string>): boolean {
  const are = (...parts: readonly Expression[]) =>
    parts.every((each) => isFixed(each, isWithin, owners));
  switch (expression.kind) {
    case 'literal':
    case 'empty':
      return true;
    case 'constant': {
      const owner = OWNERS[expression.name];
      if (owner !== undefined) owners.add(owner);
      return owner !== undefined;
    }
    case 'this':
      return isWithin;
    case 'total':
    case 'index':
      return false;
    case 'member':
      return expression.of === undefined ? isWithin : are(expression.of);
    case 'item':
      return are(expression.of, expression.index);
    case 'sign':
    case 'type':
      return are(expression.operand);
    case 'binary':
      return are(expression.left, expression.right);
    case 'call': {
      const { name, of, args } = expression;
      const isCalledOnFixed = of === undefined ? isWithin : are(of);
      const isLambda = LAMBDAS.has(name);
      return isCalledOnFixed && args.every((each) => isFixed(each, isWithin || isLambda, owners));
    }
  }
}
