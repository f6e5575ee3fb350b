/** Evaluates a condition for an item. */
import {
  type Comparator,
  type Condition,
  type Operand,
  readCondition,
} from './condition-parser.ts';
import { type Names, type Path, resolvedAt } from './paths.ts';
import { validation } from './refusals.ts';
import { areEqual, compareValues, type Item, sizeOf, typeOf, type Value } from './values.ts';

/** The names and values that placeholders in an expression stand for. */
export interface Placeholders {
  readonly ExpressionAttributeNames?: Names | undefined;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>> | undefined;
}

/** An absent expression is always true. An absent item has no attributes. */
export function holds(
  expression: string | undefined,
  item: Item | undefined,
  placeholders: Placeholders,
): boolean {
  if (expression === undefined) return true;
  return isTrue(readCondition(expression), { item, placeholders });
}

interface Scope {
  readonly item: Item | undefined;
  readonly placeholders: Placeholders;
}

function isTrue(condition: Condition, scope: Scope): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.all.every((one) => isTrue(one, scope));
    case 'or':
      return condition.all.some((one) => isTrue(one, scope));
    case 'not':
      return !isTrue(condition.condition, scope);
    case 'exists':
      return (at(condition.path, scope) !== undefined) === condition.wanted;
    case 'compare': {
      const { comparator, left, right } = condition;
      return compares(comparator, operandOf(left, scope), operandOf(right, scope));
    }
    case 'between': {
      const of = operandOf(condition.of, scope);
      return (
        compares('>=', of, operandOf(condition.from, scope)) &&
        compares('<=', of, operandOf(condition.to, scope))
      );
    }
    case 'in': {
      const of = operandOf(condition.of, scope);
      return condition.all.some((one) => compares('=', of, operandOf(one, scope)));
    }
    default:
      return isTrueOf(
        condition.kind,
        at(condition.path, scope),
        operandOf(condition.operand, scope),
      );
  }
}

function isTrueOf(
  kind: 'attribute_type' | 'begins_with' | 'contains',
  value: Value | undefined,
  operand: Value | undefined,
): boolean {
  if (value === undefined || operand === undefined) return false;
  switch (kind) {
    case 'attribute_type':
      return typeOf(value) === operand;
    case 'begins_with':
      return typeof value === 'string' && typeof operand === 'string' && value.startsWith(operand);
    case 'contains':
      return contains(value, operand);
  }
}

function contains(value: Value, operand: Value): boolean {
  if (typeof value === 'string') return typeof operand === 'string' && value.includes(operand);
  if (value instanceof Set) return value.has(operand as string | number);
  return Array.isArray(value) && value.some((element) => areEqual(element, operand));
}

/** An absent value equals nothing, has no order, and differs from everything. */
function compares(
  comparator: Comparator,
  left: Value | undefined,
  right: Value | undefined,
): boolean {
  const areSame = left !== undefined && right !== undefined && areEqual(left, right);
  if (comparator === '=') return areSame;
  if (comparator === '<>') return !areSame;
  if (left === undefined || right === undefined) return false;
  const order = compareValues(left, right);
  if (order === undefined) return false;
  switch (comparator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

function operandOf(operand: Operand, scope: Scope): Value | undefined {
  switch (operand.kind) {
    case 'path':
      return at(operand.path, scope);
    case 'value':
      return placeholderOf(operand.name, scope.placeholders);
    case 'size': {
      const value = at(operand.path, scope);
      return value === undefined ? undefined : sizeOf(value);
    }
  }
}

function at(path: Path, { item, placeholders }: Scope): Value | undefined {
  return resolvedAt(item, path, placeholders.ExpressionAttributeNames);
}

export function placeholderOf(name: string, { ExpressionAttributeValues }: Placeholders): Value {
  const value = ExpressionAttributeValues?.[name];
  if (value === undefined) throw validation(`the value ${name} is not defined`);
  return value as Value;
}
