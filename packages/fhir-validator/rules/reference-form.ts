/** The syntax of Reference.reference: https://hl7.org/fhir/R4/references.html#literal */
import { isId, isIdFrom } from '../runtime/characters.ts';
import { isAbsolute } from './uris.ts';

type Names = { has(name: string): boolean };

const LOCATION_MAX = 2048;
const HISTORY = '/_history/';
const SPACE = /\s/;

/** The type of a reference of the form Type/id. Nearly all references have it. */
export function usualType(to: string, resourceTypes: Names): string | undefined {
  const slash = to.indexOf('/');
  if (slash <= 0 || !isIdFrom(to, slash + 1)) return undefined;
  const type = to.slice(0, slash);
  return resourceTypes.has(type) ? type : undefined;
}

/** The reason why a text that has no usualType cannot be a reference. Undefined if it can. */
export function referenceProblem(to: string, resourceTypes: Names): string | undefined {
  if (SPACE.test(to)) return 'it contains white space';
  if (isAbsolute(to)) return HTTP.test(to) && !HOST.test(to) ? 'it has no host' : undefined;
  const end = to.search(/[?#]/);
  const path = end < 0 ? to : to.slice(0, end);
  // A conditional reference in a transaction: https://hl7.org/fhir/R4/http.html#trules
  if (to[end] === '?') return resourceTypes.has(path) ? undefined : UNLIKE_REST;
  const [current, version, ...more] = path.split(HISTORY, 3);
  const [type = '', id, ...further] = (current ?? '').split('/', 3);
  const isWhole = more.length === 0 && further.length === 0;
  const isVersion = version === undefined || isId(version);
  if (!resourceTypes.has(type)) return UNLIKE_REST;
  if (!isWhole || !isVersion || id === undefined || id === '')
    return 'a relative reference must be Type/id';
  return isId(id) ? undefined : UNLIKE_REST;
}

/**
 * The problem of a relative reference that no FHIR server can have: it has no resource type, or its
 * id is not a valid FHIR id.
 */
export const UNLIKE_REST =
  'a relative reference must be Type/id, with a resource type and a valid id';
const HTTP = /^https?:/i;
const HOST = /^https?:\/\/[^/?#]/i;

/**
 * The type in a literal reference: the step before the id. The reference may be relative or
 * absolute, with or without a version.
 */
export function literalType(to: string, resourceTypes: Names): string | undefined {
  if (to.length > LOCATION_MAX) return undefined;
  const version = to.lastIndexOf(HISTORY);
  const end = to.lastIndexOf('/', version < 0 ? to.length : version - 1);
  const type = end < 0 ? '' : to.slice(to.lastIndexOf('/', end - 1) + 1, end);
  return resourceTypes.has(type) ? type : undefined;
}
