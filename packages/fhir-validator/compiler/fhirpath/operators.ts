/** Compiles FHIRPath's operators: https://hl7.org/fhirpath/N1/#operations */

import { arithmetic } from './arithmetic.ts';
import { type Expression, Unsupported } from './ast.ts';
import {
  boolean,
  type Collection,
  definite,
  listCode,
  type Many,
  optional,
  single,
  some,
  type Truth,
  truth,
  typesOf,
  valueCode,
} from './collection.ts';
import { comparison, equality, equivalence } from './compare.ts';
import { and, not, or, same } from './js.ts';
import { membership } from './membership.ts';
import { arrayOf, onlyOne } from './navigate.ts';
import { runtime, type Scope } from './scope.ts';

export function binary(
  operator: string,
  left: Collection,
  right: Collection,
  expressions: { readonly left: Expression; readonly right: Expression },
  scope: Scope,
): Collection {
  switch (operator) {
    case 'and':
    case 'or':
    case 'xor':
    case 'implies':
      return logic(operator, truth(left), truth(right));
    case '=':
      return equality(left, right, scope);
    case '!=':
      return negated(equality(left, right, scope));
    case '<':
    case '>':
    case '<=':
    case '>=':
      return comparison(operator, left, right, scope);
    case 'in':
      return membership(left, right, expressions.right, scope);
    case 'contains':
      return membership(right, left, expressions.left, scope);
    case '|':
      return union(left, right, scope);
    case '&':
      return concatenation(left, right, scope);
    case '+':
    case '-':
    case '*':
    case '/':
    case 'div':
    case 'mod':
      return arithmetic(operator, left, right, scope);
    case '~':
      return equivalence(left, right, scope);
    case '!~':
      return negated(equivalence(left, right, scope));
    default:
      throw new Unsupported(`operator ${operator}`);
  }
}

/**
 * The truth tables of https://hl7.org/fhirpath/N1/#boolean-logic, as a test for true and a test for
 * false.
 */
function logic(operator: string, left: Truth, right: Truth): Collection {
  const isTrue = logicTrue(operator, left, right);
  if (left.isDefinite && right.isDefinite) return definite(isTrue);
  return boolean(isTrue, logicFalse(operator, left, right));
}

function logicTrue(operator: string, left: Truth, right: Truth): string {
  if (operator === 'and') return and(left.isTrue, right.isTrue);
  if (operator === 'or') return or(left.isTrue, right.isTrue);
  if (operator === 'implies') return or(left.isFalse, right.isTrue);
  if (left.isDefinite && right.isDefinite) return not(same(left.isTrue, right.isTrue));
  return or(and(left.isTrue, right.isFalse), and(left.isFalse, right.isTrue));
}

function logicFalse(operator: string, left: Truth, right: Truth): string {
  if (operator === 'and') return or(left.isFalse, right.isFalse);
  if (operator === 'or') return and(left.isFalse, right.isFalse);
  if (operator === 'implies') return and(left.isTrue, right.isFalse);
  return or(and(left.isTrue, right.isTrue), and(left.isFalse, right.isFalse));
}

export function negated(of: Collection): Collection {
  const { isTrue, isFalse, isDefinite } = truth(of);
  return isDefinite ? definite(isFalse) : boolean(isFalse, isTrue);
}

export function union(left: Collection, right: Collection, scope: Scope): Many {
  return {
    kind: 'many',
    types: typesOfBoth(left, right),
    some: (test) => or(some(left, test), some(right, test)),
    list: () => `${runtime(scope, 'distinct')}([...${listCode(left)}, ...${listCode(right)}])`,
  };
}

/** None for any type. A side that is always empty has none to add. */
export function typesOfBoth(...sides: readonly Collection[]): string[] {
  const kinds = sides.filter((each) => each.kind === 'many' || each.items.length > 0).map(typesOf);
  return kinds.some((types) => types.length === 0) ? [] : [...new Set(kinds.flat())];
}

/** Both collections in order, duplicates kept. */
export function combined(left: Collection, right: Collection): Collection {
  return {
    kind: 'many',
    types: typesOfBoth(left, right),
    some: (test) => or(some(left, test), some(right, test)),
    list: () => `[...${listCode(left)}, ...${listCode(right)}]`,
  };
}

function concatenation(left: Collection, right: Collection, scope: Scope): Collection {
  const part = (of: Collection) => `${runtime(scope, 'text')}(${valueCode(onlyOne(of, scope))})`;
  return single(`(${part(left)} + ${part(right)})`, ['System.String']);
}

/** `collection[index]`, also used for `first()`. */
export function indexed(of: Collection, index: Collection, scope: Scope): Collection {
  const at = valueCode(onlyOne(index, scope));
  if (of.kind === 'single') {
    if (at === '0') return of;
    throw new Unsupported('an index into one item');
  }
  const list = of.array;
  const array = list && list.sibling === undefined ? `${list.code}?.` : of.list();
  const value =
    at === '-1'
      ? `${of.list()}.at(-1)`
      : /^\d+$/.test(at)
        ? `${array}[${at}]`
        : `${runtime(scope, 'itemAt')}(${of.list()}, ${at})`;
  return optional(value, of.types);
}

/** All but the first `count` items. */
export function skipped(of: Collection, count: string, scope: Scope): Many {
  return arrayOf(typesOf(of), scope, `${runtime(scope, 'skip')}(${listCode(of)}, ${count})`);
}

/** The first `count` items. */
export function taken(of: Collection, count: string, scope: Scope): Many {
  return arrayOf(typesOf(of), scope, `${runtime(scope, 'take')}(${listCode(of)}, ${count})`);
}
