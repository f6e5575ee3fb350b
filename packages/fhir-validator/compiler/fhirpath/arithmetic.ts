/** Compiles FHIRPath's arithmetic: https://hl7.org/fhirpath/N1/#math */
import { Unsupported } from './ast.ts';
import { type Collection, optional, typesOf, valueCode } from './collection.ts';
import { isOfQuantities, isQuantityType, onlyOne } from './navigate.ts';
import { runtime, type Scope } from './scope.ts';

/**
 * Emits a function call for each operator. Operators in place would repeat their sides, once more
 * at each level.
 */
export function arithmetic(
  operator: string,
  left: Collection,
  right: Collection,
  scope: Scope,
): Collection {
  mustBeDefined(operator, left, right, scope);
  const call = runtime(scope, ARITHMETIC[operator] ?? '');
  const sides = [left, right].map((each) => valueCode(onlyOne(each, scope)));
  const value = `${call}(${sides.join(', ')})`;
  return optional(value, resultTypes(operator, left, right, scope));
}

/**
 * Quantities are added to dates and to each other, and multiplied by numbers. Any other result would
 * be empty, so that no resource would keep the invariant.
 */
function mustBeDefined(operator: string, left: Collection, right: Collection, scope: Scope): void {
  const [isLeft, isRight] = [isOfQuantities(left, scope), isOfQuantities(right, scope)];
  if (!isLeft && !isRight) return;
  const isDefined = isSum(operator)
    ? mayBeQuantity(right, scope) && (mayBeQuantity(left, scope) || mayBeDate(left))
    : operator === '*'
      ? !(isLeft && isRight)
      : operator === '/' && !isRight;
  if (!isDefined) throw new Unsupported(`${operator} of quantities`);
}

function isSum(operator: string): boolean {
  return operator === '+' || operator === '-';
}

function mayBeDate(of: Collection): boolean {
  const types = typesOf(of);
  return types.length === 0 || types.some((type) => DATES.has(type));
}

function mayBeQuantity(of: Collection, scope: Scope): boolean {
  const types = typesOf(of);
  return types.length === 0 || types.some((type) => isQuantityType(type, scope));
}

/** None for any type. What may be a number or a quantity gives what it is. */
function resultTypes(
  operator: string,
  left: Collection,
  right: Collection,
  scope: Scope,
): readonly string[] {
  const [ofLeft, ofRight] = [typesOf(left), typesOf(right)];
  if ([ofLeft, ofRight].some((types) => types.length > 0 && types.every(isStringType))) {
    return ['System.String'];
  }
  const isQuantity = (type: string) => isQuantityType(type, scope);
  if (isSum(operator) && isOfQuantities(right, scope)) {
    const isDate = ofLeft.some((type) => DATES.has(type));
    return [...(isDate ? ['System.DateTime'] : []), ...ofLeft.filter(isQuantity)];
  }
  const isMultiple = !isSum(operator) && [...ofLeft, ...ofRight].some(isQuantity);
  const isAlways = isOfQuantities(left, scope) || isOfQuantities(right, scope);
  return [...(isMultiple ? ['Quantity'] : []), ...(isAlways ? [] : ['System.Decimal'])];
}

const DATES = new Set(['date', 'dateTime', 'instant', 'System.Date', 'System.DateTime']);

function isStringType(type: string): boolean {
  return type === 'string' || type === 'System.String';
}

const ARITHMETIC: Readonly<Record<string, string>> = {
  '+': 'plus',
  '-': 'minus',
  '*': 'times',
  '/': 'over',
  div: 'quotient',
  mod: 'remainder',
};

export function signed(operator: string, operand: Collection, scope: Scope): Collection {
  if (operator === '+') return operand;
  const items = onlyOne(operand, scope).items.map((item) => {
    const isLiteral = /^\d/.test(item.value);
    const value = isLiteral ? `-${item.value}` : `${runtime(scope, 'opposite')}(${item.value})`;
    return { ...item, value };
  });
  return { kind: 'single', items };
}
