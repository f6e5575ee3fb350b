/** Edits that may break an invariant, and fhirpath.js to check whether they do. */
import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import { isObject, type Json } from './json.ts';

/** Names in expressions that are not members of the element. */
const WORDS = new Set(
  'and or xor not implies exists empty all where is as in contains true false matches ofType code'.split(
    ' ',
  ),
);

/** For each member that the expression names: remove it, or change its text. */
export function invariantEdits(expression: string): ((target: Json) => boolean)[] {
  const names = [...new Set(expression.replace(/'[^']*'/g, '').match(/[a-z]\w*/gi) ?? [])].filter(
    (each) => !WORDS.has(each),
  );
  const without = names.map((name) => (target: Json) => remove(target, name));
  const changed = names.map((name) => (target: Json) => change(target, name));
  const both = (target: Json) => names.map((name) => remove(target, name)).includes(true);
  return [...without, ...changed, both];
}

function keysOf(target: Json, name: string): string[] {
  return Object.keys(target).filter(
    (key) => key === name || key === `_${name}` || new RegExp(`^${name}[A-Z]`).test(key),
  );
}

function remove(target: Json, name: string): boolean {
  const keys = keysOf(target, name);
  for (const key of keys) delete target[key];
  return keys.length > 0;
}

function change(target: Json, name: string): boolean {
  const [key] = keysOf(target, name);
  if (key === undefined || typeof target[key] !== 'string') return false;
  target[key] = 'x';
  return true;
}

/** Whether the expression is now false for the target. */
export function breaksInvariant(
  expression: string,
  root: Json,
  path: readonly (string | number)[],
  target: Json,
): boolean {
  // Expressions that need a resolver or a terminology server cannot be evaluated here.
  if (/resolve\(|memberOf\(|conformsTo\(/.test(expression)) return false;
  try {
    const names = path.filter((each) => typeof each === 'string').join('.');
    const base = [root['resourceType'], names].filter((each) => each !== '').join('.');
    const result: unknown = fhirpath.evaluate(
      target,
      path.length === 0 ? expression : { base, expression },
      { resource: root, rootResource: root },
      r4,
    );
    return Array.isArray(result) && result.length === 1 && result[0] === false && isObject(target);
  } catch {
    return false;
  }
}
