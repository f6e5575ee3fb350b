/** Compiles `=` and `<`, according to the types of both sides. */
import { Unsupported } from './ast.ts';
import {
  boolean,
  type Collection,
  definite,
  type Item,
  listCode,
  presenceBeyondValue,
  type Single,
  truth,
} from './collection.ts';
import { and, FALSE, not, or, same, TRUE } from './js.ts';
import { isQuantityType, onlyOne } from './navigate.ts';
import { runtime, type Scope } from './scope.ts';

const CONTEXTS = ['n', 'res', 'root'];

type Category =
  | 'string'
  | 'number'
  | 'boolean'
  | 'date'
  | 'time'
  | 'quantity'
  | 'complex'
  | 'unknown';

const PRIMITIVES: Readonly<Record<string, Category>> = {
  boolean: 'boolean',
  'System.Boolean': 'boolean',
  integer: 'number',
  decimal: 'number',
  positiveInt: 'number',
  unsignedInt: 'number',
  'System.Integer': 'number',
  'System.Decimal': 'number',
  date: 'date',
  dateTime: 'date',
  instant: 'date',
  'System.Date': 'date',
  'System.DateTime': 'date',
  time: 'time',
  'System.Time': 'time',
  'System.String': 'string',
};

function categoryOf({ types }: Item, scope: Scope): Category {
  const { compilation } = scope;
  const categories = new Set(
    types.map((type): Category => {
      const known = PRIMITIVES[type];
      if (known) return known;
      if (compilation.types.get(type)?.kind === 'primitive') return 'string';
      return isQuantityType(type, scope) ? 'quantity' : 'complex';
    }),
  );
  const [only] = categories;
  return categories.size === 1 && only !== undefined ? only : 'unknown';
}

/** Empty if a side is empty. Several items are equal if their number and order are equal too. */
export function equality(left: Collection, right: Collection, scope: Scope): Collection {
  if (left.kind === 'many' || right.kind === 'many') {
    const lists = `${listCode(left)}, ${listCode(right)}`;
    const [equal, unequal] = [runtime(scope, 'equalLists'), runtime(scope, 'unequalLists')];
    return boolean(`${equal}(${lists})`, `${unequal}(${lists})`);
  }
  if (left.isDefinite && right.isDefinite) {
    return definite(same(truth(left).isTrue, truth(right).isTrue));
  }
  return boolean(
    pairs(left, right, (a, b) => equalTest(a, b, scope), isLiteral),
    pairs(
      left,
      right,
      (a, b) => unequalTest(a, b, scope),
      () => false,
    ),
  );
}

/** Never empty: two empty sides are equivalent. Dates of different precision are not. */
export function equivalence(left: Collection, right: Collection, scope: Scope): Collection {
  const ofDates = areDates(left, right, scope) || areDates(right, left, scope);
  const test = runtime(scope, ofDates ? 'areEquivalentDates' : 'areEquivalent');
  return definite(`${test}(${listCode(left)}, ${listCode(right)})`);
}

/** Whether the one can only be a date, and the other may be one. */
function areDates(one: Collection, other: Collection, scope: Scope): boolean {
  const isDateItem = (item: Item) => categoryOf(item, scope) === 'date';
  if (one.kind === 'many' || other.kind === 'many') return false;
  return one.items.every(isDateItem) && (other.items.length === 0 || other.items.some(isDateItem));
}

/**
 * `isStrict` says whether the test fails for null and undefined, so that presence need not be
 * tested.
 */
function pairs(
  left: Single,
  right: Single,
  test: (a: Item, b: Item) => string,
  isStrict: (other: Item) => boolean,
): string {
  const presence = (item: Item, other: Item) =>
    isStrict(other) ? presenceBeyondValue(item) : item.present;
  const tests = left.items.flatMap((a) =>
    right.items.map((b) => and(presence(a, b), presence(b, a), test(a, b))),
  );
  return or(...tests);
}

/** A literal never equals null or undefined. */
function isLiteral({ value }: Item): boolean {
  return /^["\d]/.test(value) || isTruthValue(value);
}

/** JavaScript test that two items are equal. */
export function equalTest(a: Item, b: Item, scope: Scope): string {
  const [kind, other] = [categoryOf(a, scope), categoryOf(b, scope)];
  // A resource is not part of itself, so it is equal only to itself.
  if (CONTEXTS.includes(a.value) && CONTEXTS.includes(b.value)) return is(a, b);
  if (kind === 'unknown' || other === 'unknown' || (kind === other && kind === 'complex')) {
    return `${runtime(scope, 'equal')}(${a.value}, ${b.value})`;
  }
  if (kind === 'quantity' && other === kind) {
    return `${runtime(scope, 'areEqualQuantities')}(${a.value}, ${b.value})`;
  }
  if (isMoment('date', kind, other)) {
    return `${runtime(scope, 'compareDates')}(${a.value}, ${b.value}) === 0`;
  }
  if (isMoment('time', kind, other)) {
    return `${runtime(scope, 'compareTimesOfDay')}(${a.value}, ${b.value}) === 0`;
  }
  if (kind !== other) return areSimple(kind, other) ? sameText(a, b, scope) : FALSE;
  if (a.value === b.value) return TRUE;
  if (kind === 'boolean' && isTruthValue(b.value)) return isTruthValue(a.value) ? FALSE : is(a, b);
  return is(a, b);
}

function unequalTest(a: Item, b: Item, scope: Scope): string {
  const [kind, other] = [categoryOf(a, scope), categoryOf(b, scope)];
  if (kind === 'quantity' && other === kind) {
    return `${runtime(scope, 'areDifferentQuantities')}(${a.value}, ${b.value})`;
  }
  // Dates, and times, of different precision may be neither equal nor different.
  if (isMoment('date', kind, other)) {
    return `${runtime(scope, 'areDifferentDates')}(${a.value}, ${b.value})`;
  }
  if (isMoment('time', kind, other)) {
    return `${runtime(scope, 'areDifferentTimesOfDay')}(${a.value}, ${b.value})`;
  }
  return not(equalTest(a, b, scope));
}

/** A string that is compared with a date or a time is converted to one, as FHIRPath does. */
function isMoment(of: 'date' | 'time', kind: Category, other: Category): boolean {
  const both = [kind, other];
  return both.includes(of) && both.every((each) => each === of || each === 'string');
}

const SIMPLE: readonly Category[] = ['string', 'number', 'boolean'];

function areSimple(...kinds: readonly Category[]): boolean {
  return kinds.every((kind) => SIMPLE.includes(kind));
}

/** Guides compare a boolean with 'true', and a text with 12. For HL7's validator they are equal. */
function sameText(a: Item, b: Item, scope: Scope): string {
  const text = runtime(scope, 'text');
  const areThere = [a, b].map((each) => (isLiteral(each) ? TRUE : `${each.value} != null`));
  return and(...areThere, `${text}(${a.value}) === ${text}(${b.value})`);
}

function is(a: Item, b: Item): string {
  return `${a.value} === ${b.value}`;
}

function isTruthValue(value: string): boolean {
  return value === TRUE || value === FALSE;
}

const OPPOSITE: Readonly<Record<string, string>> = { '<': '>=', '>': '<=', '<=': '>', '>=': '<' };

/** Empty if a side is empty, or if precision, units or time zones leave the order open. */
export function comparison(
  operator: string,
  first: Collection,
  second: Collection,
  scope: Scope,
): Collection {
  const [left, right] = [onlyOne(first, scope), onlyOne(second, scope)];
  return boolean(
    pairs(
      left,
      right,
      (a, b) => orderTest(operator, a, b, scope),
      () => true,
    ),
    pairs(
      left,
      right,
      (a, b) => orderTest(OPPOSITE[operator] ?? '', a, b, scope),
      () => true,
    ),
  );
}

function orderTest(operator: string, a: Item, b: Item, scope: Scope): string {
  const [kind, other] = inferred([categoryOf(a, scope), categoryOf(b, scope)]);
  const values = `${a.value}, ${b.value}`;
  if (isMoment('date', kind, other)) {
    return `${runtime(scope, 'orderOfDates')}(${values}) ${operator} 0`;
  }
  if (isMoment('time', kind, other)) {
    return `${runtime(scope, 'compareTimesOfDay')}(${values}) ${operator} 0`;
  }
  if (kind !== other) return FALSE;
  if (kind === 'quantity') {
    return `${runtime(scope, 'compareQuantities')}(${values}) ${operator} 0`;
  }
  if (kind === 'number' || kind === 'string') {
    return and(isOf(kind, a), isOf(kind, b), `${a.value} ${operator} ${b.value}`);
  }
  throw new Unsupported(`order of ${a.types.join(', ')}`);
}

/** What may have several types, such as a choice in a list, is compared as what the other side is. */
function inferred(kinds: readonly [Category, Category]): readonly [Category, Category] {
  const known = kinds.find((each) => each !== 'unknown') ?? 'unknown';
  return kinds.includes('unknown') ? [known, known] : kinds;
}

/** Comparing an object, which the JSON may have in the place of a value, might throw. */
function isOf(kind: string, { value }: Item): string {
  return /^["\d]/.test(value) ? TRUE : `typeof ${value} === "${kind}"`;
}
