/** Compiles string functions and conversions. An empty focus or argument gives an empty result. */
import { Unsupported } from './ast.ts';
import {
  boolean,
  type Collection,
  type Item,
  presenceBeyondValue,
  type Single,
  someValue,
  valueCode,
} from './collection.ts';
import { and, hash, not } from './js.ts';
import { patternCode } from './patterns.ts';
import { runtime, type Scope } from './scope.ts';

type StringFunction = (focus: Single, args: readonly Single[], scope: Scope) => Collection;

export const STRING_FUNCTIONS: ReadonlyMap<string, StringFunction> = new Map<
  string,
  StringFunction
>(
  Object.entries<StringFunction>({
    startsWith: test((value, prefix) => `${value}.startsWith(${prefix})`),
    endsWith: test((value, suffix) => `${value}.endsWith(${suffix})`),
    contains: test((value, part) => `${value}.includes(${part})`),
    matches: (focus, args, scope) => matched(focus, regExp(args[0], '', scope), scope),
    matchesFull: (focus, args, scope) => matched(focus, regExp(args[0], '', scope, true), scope),
    replaceMatches: (focus, args, scope) => {
      const pattern = regExp(args[0], 'g', scope);
      const substitution = valueCode(argument(args, 1));
      return map(
        focus,
        'System.String',
        (value) => `${value}.replace(${pattern}, ${substitution})`,
      );
    },
    substring: (focus, args, scope) => {
      const rest = args.map((arg) => valueCode(arg)).join(', ');
      const code = (value: string) => `${runtime(scope, 'substring')}(${value}, ${rest})`;
      const items = focus.items.map((item) => ({
        value: code(item.value),
        present: and(presenceBeyondValue(item), `${code(item.value)} !== undefined`),
        types: ['System.String'],
      }));
      return { kind: 'single', items };
    },
    indexOf: (focus, args) => {
      const part = argument(args, 0);
      const items = focus.items.map((item) => ({
        value: `${item.value}.indexOf(${valueCode(part)})`,
        present: and(presenceBeyondValue(item), and(isString(item), someValue(part, isString))),
        types: ['System.Integer'],
      }));
      return { kind: 'single', items };
    },
    replace: (focus, args) => {
      const [part, other] = [argument(args, 0), argument(args, 1)];
      const areThere = and(someValue(part, isString), someValue(other, isString));
      const result = map(
        focus,
        'System.String',
        (value) => `${value}.replaceAll(${valueCode(part)}, () => ${valueCode(other)})`,
      );
      const items = result.items.map((item) => ({ ...item, present: and(areThere, item.present) }));
      return { kind: 'single', items };
    },
    trim: (focus) => map(focus, 'System.String', (value) => `${value}.trim()`),
    length: (focus) => map(focus, 'System.Integer', (value) => `${value}.length`),
    upper: (focus) => map(focus, 'System.String', (value) => `${value}.toUpperCase()`),
    lower: (focus) => map(focus, 'System.String', (value) => `${value}.toLowerCase()`),
    toString: (focus: Single, _: unknown, scope: Scope): Single => {
      const items = focus.items.map((item) => ({
        value: `${runtime(scope, 'text')}(${item.value})`,
        present: and(presenceBeyondValue(item), isPrimitive(item)),
        types: ['System.String'],
      }));
      return { kind: 'single', items };
    },
    toInteger: (focus, _, scope) => {
      // A decimal is not converted, even if it is whole.
      const others = focus.items.filter(({ types }) => !types.every(isDecimal));
      const items = others.map((item) => {
        const value = `${runtime(scope, 'toInteger')}(${item.value})`;
        const present = and(item.present, `${value} !== undefined`);
        return { value, present, types: ['System.Integer'] };
      });
      return { kind: 'single', items };
    },
  }),
);

function isDecimal(type: string): boolean {
  return type === 'decimal' || type === 'System.Decimal';
}

function matched(focus: Single, pattern: string, scope: Scope): Single {
  const matches = runtime(scope, 'matchesPattern');
  return stringTest(focus, (value) => `${matches}(${pattern}, ${value})`);
}

function test(code: (value: string, argument: string) => string): StringFunction {
  return (focus, args) => {
    const arg = argument(args, 0);
    const result = stringTest(focus, (value) => code(value, `${valueCode(arg)}`));
    const isThere = someValue(arg, isString);
    const { items } = result;
    return {
      ...result,
      items: items.map((item) => ({ ...item, present: and(isThere, item.present) })),
    };
  };
}

function stringTest(focus: Single, code: (value: string) => string): Single {
  return boolean(
    someValue(focus, (item) => and(isString(item), code(item.value))),
    someValue(focus, (item) => and(isString(item), not(code(item.value)))),
  );
}

function map(focus: Single, type: string, code: (value: string) => string): Single {
  const items = focus.items.map((item) => ({
    value: code(item.value),
    present: and(presenceBeyondValue(item), isString(item)),
    types: [type],
  }));
  return { kind: 'single', items };
}

/** A test that fails for null, undefined and objects. */
function isPrimitive({ value }: Item): string {
  return `${value} != null && typeof ${value} !== "object"`;
}

/** The JSON may have another type where a string belongs. Another check reports that. */
function isString({ value }: Item): string {
  return value.startsWith('"') ? 'true' : `typeof ${value} === "string"`;
}

/** The pattern as a module-level constant. */
function regExp(pattern: Single | undefined, flags: string, scope: Scope, isWhole = false): string {
  const [item] = pattern?.items ?? [];
  if (!item?.value.startsWith('"')) throw new Unsupported('a pattern that is no literal');
  const source: string = JSON.parse(item.value);
  const initializer = patternCode(source, flags, isWhole);
  const name = `pattern_${hash(initializer)}`;
  scope.compilation.constants.set(name, initializer);
  return name;
}

/** @throws Unsupported if it is missing */
export function argument(args: readonly Single[], index: number): Single {
  const found = args[index];
  if (found === undefined) throw new Unsupported('a missing argument');
  return found;
}
