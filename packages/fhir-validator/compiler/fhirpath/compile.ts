/**
 * Compiles a syntax tree to a collection: names, constants and literals here, operators and
 * functions in other files.
 */

import { signed } from './arithmetic.ts';
import { type Expression, type LiteralType, Unsupported } from './ast.ts';
import { type Collection, definite, EMPTY, single } from './collection.ts';
import { callFunction } from './functions.ts';
import { FALSE, hash, TRUE, text } from './js.ts';
import { children } from './navigate.ts';
import { binary, indexed } from './operators.ts';
import type { Scope } from './scope.ts';
import { asType, isOfType, typePart } from './type-tests.ts';

/** Compiles an expression in a scope. Throws Unsupported. */
export function compile(expression: Expression, scope: Scope): Collection {
  switch (expression.kind) {
    case 'empty':
      return EMPTY;
    case 'this':
      return scope.focus;
    case 'total':
      if (scope.total) return scope.total;
      throw new Unsupported('$total outside of aggregate()');
    case 'index':
      if (scope.index) return scope.index;
      throw new Unsupported('$index outside of where(), select(), all() and exists()');
    case 'literal':
      return literal(expression.type, expression.value, scope);
    case 'constant':
      return constant(expression.name, scope);
    case 'member':
      return member(expression.of, expression.name, scope);
    case 'call':
      return callFunction(expression, scope, compile);
    case 'item':
      return indexed(compile(expression.of, scope), compile(expression.index, scope), scope);
    case 'sign':
      return signed(expression.operator, compile(expression.operand, scope), scope);
    case 'binary':
      return binary(
        expression.operator,
        compile(expression.left, scope),
        compile(expression.right, scope),
        expression,
        scope,
      );
    case 'type': {
      const of = compile(expression.operand, scope);
      return expression.operator === 'is'
        ? isOfType(of, expression.type, scope)
        : asType(of, expression.type, scope);
    }
  }
}

function literal(type: LiteralType, value: string | boolean, { compilation }: Scope): Collection {
  switch (type) {
    case 'boolean':
      return definite(value === true ? TRUE : FALSE);
    case 'integer':
      return single(String(value), ['System.Integer']);
    case 'decimal':
      return single(String(value), ['System.Decimal']);
    case 'string':
      return single(text(value), ['System.String']);
    case 'date':
      return single(text(value), [String(value).includes('T') ? 'System.DateTime' : 'System.Date']);
    case 'time':
      return single(text(String(value).slice(1)), ['System.Time']);
    case 'quantity': {
      const name = `quantity_${hash(String(value))}`;
      compilation.constants.set(name, String(value));
      return single(name, ['Quantity']);
    }
  }
}

/** Environment variables of https://hl7.org/fhir/R4/fhirpath.html#vars */
function constant(name: string, scope: Scope): Collection {
  switch (name) {
    case 'resource':
      return scope.resource;
    case 'rootResource':
      return scope.rootResource;
    case 'context':
      return scope.context;
    case 'extension':
      if (scope.extension) return scope.extension;
      throw new Unsupported('%extension outside of an extension');
    case 'ucum':
      return single(text('http://unitsofmeasure.org'), ['System.String']);
    case 'sct':
      return single(text('http://snomed.info/sct'), ['System.String']);
    case 'loinc':
      return single(text('http://loinc.org'), ['System.String']);
    default:
      if (name.startsWith('vs-')) return definition('ValueSet', name.slice(3));
      if (name.startsWith('ext-')) return definition('StructureDefinition', name.slice(4));
      throw new Unsupported(`%${name}`);
  }
}

/** `%vs-name` and `%ext-name` are urls of the base specification. */
function definition(type: string, id: string): Collection {
  return single(text(`http://hl7.org/fhir/${type}/${id}`), ['System.String']);
}

function member(of: Expression | undefined, name: string, scope: Scope): Collection {
  if (of?.kind === 'call' && of.name === 'type' && of.args.length === 0) {
    return typePart(of.of === undefined ? scope.focus : compile(of.of, scope), name, scope);
  }
  if (of !== undefined) return children(compile(of, scope), name, scope);
  // A path may start with the type of its context: `Appointment.status`.
  const isOwnType = scope.focus.kind === 'single' && ownTypes(scope).includes(name);
  return isOwnType && scope.focus === scope.context
    ? scope.focus
    : children(scope.focus, name, scope);
}

function ownTypes({ focus, compilation }: Scope): string[] {
  const names = focus.kind === 'single' ? focus.items.flatMap((item) => item.types) : [];
  const bases: string[] = [];
  for (let name = names[0]; name !== undefined; name = compilation.types.get(name)?.base) {
    bases.push(name);
  }
  return [...names, ...bases];
}
