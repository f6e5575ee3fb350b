/**
 * Compiles functions of one value that the runtime has as functions: conversions, mathematics and
 * some of texts. The result is empty if the runtime's is undefined.
 */
import { Unsupported } from './ast.ts';
import {
  boolean,
  type Collection,
  optional,
  type Single,
  typesOf,
  valueCode,
} from './collection.ts';
import { arrayOf, isOfQuantities } from './navigate.ts';
import { runtime, type Scope } from './scope.ts';
import { argument } from './string-functions.ts';

type ValueFunction = (focus: Single, args: readonly Single[], scope: Scope) => Collection;

export const VALUE_FUNCTIONS: ReadonlyMap<string, ValueFunction> = new Map<string, ValueFunction>(
  Object.entries<ValueFunction>({
    abs: absolute,
    ceiling: ofNumber('ceiling', 'System.Integer'),
    floor: ofNumber('floor', 'System.Integer'),
    truncate: ofNumber('truncate', 'System.Integer'),
    round: ofNumber('round', 'System.Decimal', 0, 1),
    sqrt: ofNumber('squareRoot', 'System.Decimal'),
    power: ofNumber('power', 'System.Decimal', 1),
    exp: ofNumber('exponential', 'System.Decimal'),
    ln: ofNumber('logarithm', 'System.Decimal'),
    log: ofNumber('logarithm', 'System.Decimal', 1),
    lastIndexOf: call('lastIndexOf', 'System.Integer', 1),
    toDecimal: call('toDecimal', 'System.Decimal'),
    toBoolean: call('toBoolean', 'System.Boolean'),
    toDate: call('toDate', 'System.Date'),
    toDateTime: call('toDateTime', 'System.DateTime'),
    toTime: call('toTime', 'System.Time'),
    toQuantity: call('toQuantity', 'Quantity'),
    convertsToInteger: converts('toInteger'),
    convertsToDecimal: converts('toDecimal'),
    convertsToBoolean: converts('toBoolean'),
    convertsToDate: converts('toDate'),
    convertsToDateTime: converts('toDateTime'),
    convertsToTime: converts('toTime'),
    convertsToQuantity: converts('toQuantity'),
    split: (focus, args, scope) => parts(focus, valueCode(argument(args, 0)), scope),
    toChars: (focus, _, scope) => parts(focus, '""', scope),
  }),
);

/** It has the type of the value. */
function absolute(focus: Single, args: readonly Single[], scope: Scope): Collection {
  const [type = 'System.Decimal'] = isOfQuantities(focus, scope) ? typesOf(focus) : [];
  return call('absolute', type)(focus, args, scope);
}

/** Of a quantity the result would be empty, so that no resource keeps the invariant. */
function ofNumber(name: string, type: string, argsMin = 0, argsMax = argsMin): ValueFunction {
  const made = call(name, type, argsMin, argsMax);
  return (focus, args, scope) => {
    if (isOfQuantities(focus, scope)) throw new Unsupported(`${name}() of a quantity`);
    return made(focus, args, scope);
  };
}

/** A call of the runtime with the value and the arguments. */
function call(name: string, type: string, argsMin = 0, argsMax = argsMin): ValueFunction {
  return (focus, args, scope) => {
    if (args.length < argsMin || args.length > argsMax) {
      throw new Unsupported(`${args.length} arguments`);
    }
    const values = [focus, ...args].map(valueCode).join(', ');
    return optional(`${runtime(scope, name)}(${values})`, [type]);
  };
}

function converts(name: string): ValueFunction {
  return (focus, _, scope) => {
    const test = `${runtime(scope, 'converts')}(${valueCode(focus)}, ${runtime(scope, name)})`;
    return boolean(`${test} === true`, `${test} === false`);
  };
}

function parts(focus: Single, separator: string, scope: Scope): Collection {
  const code = `${runtime(scope, 'parts')}(${valueCode(focus)}, ${separator})`;
  return arrayOf(['System.String'], scope, code);
}
