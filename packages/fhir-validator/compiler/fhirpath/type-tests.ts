/**
 * Compiles `is`, `as` and `ofType()`. They are decided at build time wherever the types allow it.
 */
import { Unsupported } from './ast.ts';
import {
  boolean,
  type Collection,
  EMPTY,
  type Item,
  optional,
  single,
  some,
} from './collection.ts';
import { and, FALSE, not, TRUE, text } from './js.ts';
import { concreteTypes, flatMap, isPrimitiveType, isQuantityType, onlyOne } from './navigate.ts';
import type { Scope } from './scope.ts';

const SYSTEM_TYPES = ['Boolean', 'String', 'Integer', 'Decimal', 'Date', 'DateTime', 'Time'];

export function isOfType(of: Collection, name: string, scope: Scope): Collection {
  const test = (item: Item) => typeTest(item, name, scope);
  if (of.kind === 'many') {
    // Each alternative of a choice has a type of its own, which is lost once it is one value.
    const isOne = `${of.list()}.length === 1`;
    return boolean(
      and(isOne, of.some(test)),
      and(
        isOne,
        of.some((item) => not(test(item))),
      ),
    );
  }
  const one = onlyOne(of, scope);
  return boolean(
    some(one, test),
    some(one, (item) => not(test(item))),
  );
}

/** Keeps the items of a type. For a collection of many items it is the same as `ofType()`. */
export function asType(of: Collection, name: string, scope: Scope): Collection {
  const type = qualified(name, scope);
  const narrowed = (item: Item): Item => ({ ...item, types: [type] });
  if (of.kind === 'single') {
    const items = of.items.map((item) => ({
      ...narrowed(item),
      present: and(item.present, typeTest(item, name, scope)),
    }));
    return { kind: 'single', items: items.filter((item) => item.present !== FALSE) };
  }
  return flatMap(
    of,
    (item) => {
      const present = typeTest(item, name, scope);
      const items = present === FALSE ? [] : [{ ...narrowed(item), present }];
      return { kind: 'single', items };
    },
    scope,
  );
}

/** `type().name` and `type().namespace`, where the types of the items are known. */
export function typePart(of: Collection, part: string, scope: Scope): Collection {
  const said = (item: Item): Collection => {
    const [type, ...others] = item.types.flatMap((each) => concreteTypes(each, scope));
    if (type === undefined) throw new Unsupported('type() of an unknown item');
    const isSystem = type.startsWith('System.');
    if (part === 'namespace') return single(text(isSystem ? 'System' : 'FHIR'), STRING);
    if (part !== 'name') return EMPTY;
    const isResource = scope.compilation.types.get(type)?.kind === 'resource';
    if (isResource) return optional(`${item.value}?.resourceType`, STRING);
    if (others.length > 0 || (type.includes('.', 1) && !isSystem))
      throw new Unsupported(`type() of ${item.types.join(', ')}`);
    // SimpleQuantity is a profile of it.
    if (isQuantityType(type, scope) && type.endsWith('Quantity'))
      return single(text('Quantity'), STRING);
    return single(text(isSystem ? type.slice('System.'.length) : type), STRING);
  };
  return flatMap(of, said, scope);
}

const STRING = ['System.String'];

export function typeTest(item: Item, name: string, scope: Scope): string {
  const wanted = qualified(name, scope);
  if (item.types.length === 0) throw new Unsupported(`the type of an unknown item`);
  const isKind = (type: string) => isSubtype(type, wanted, scope);
  if (item.types.every(isKind)) return TRUE;
  const concrete = item.types.flatMap((type) => concreteTypes(type, scope));
  const matching = concrete.filter(isKind);
  if (matching.length === 0) return FALSE;
  const isResource = scope.compilation.types.get(matching[0] ?? '')?.kind === 'resource';
  if (matching.length === 1 && isResource)
    return `${item.value}?.resourceType === ${text(matching[0])}`;
  // The value of a primitive is never a JSON object.
  const isPrimitive = (type: string) => isPrimitiveType(type, scope);
  const others = concrete.filter((type) => !isKind(type));
  const isSplit = matching.every(isPrimitive) && !others.some(isPrimitive);
  if (isSplit) return `typeof ${item.value} !== "object"`;
  throw new Unsupported(`'is ${name}' of ${item.types.join(', ')}`);
}

function isSubtype(type: string, wanted: string, { compilation }: Scope): boolean {
  for (let name: string | undefined = type; name; name = compilation.types.get(name)?.base) {
    if (name === wanted) return true;
  }
  return false;
}

/** The type model's name for a type in an expression: `FHIR.Patient`, `string`, `System.String`. */
function qualified(name: string, { compilation }: Scope): string {
  const plain = name.replace(/^FHIR\./, '');
  if (compilation.types.has(plain) || plain.startsWith('System.')) return plain;
  if (SYSTEM_TYPES.includes(plain)) return `System.${plain}`;
  throw new Unsupported(`type ${name}`);
}
