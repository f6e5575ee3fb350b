/** Reference.reference as text: https://hl7.org/fhir/R4/references.html#literal */
import { isId, isIdFrom } from '../runtime/characters.ts';
import { isAbsolute } from './uris.ts';

type Names = { has(name: string): boolean };

const LOCATION_MAX = 2048;
const HISTORY = '/_history/';
const SPACE = /\s/;

/** Why it can be no reference, if so. */
export function referenceProblem(to: string, resourceTypes: Names): string | undefined {
  // Nearly all are Type/id.
  const slash = to.indexOf('/');
  if (slash > 0 && isIdFrom(to, slash + 1) && resourceTypes.has(to.slice(0, slash))) {
    return undefined;
  }
  if (SPACE.test(to)) return 'it holds white space';
  if (isAbsolute(to)) return HTTP.test(to) && !HOST.test(to) ? 'it names no host' : undefined;
  const end = to.search(/[?#]/);
  const path = end < 0 ? to : to.slice(0, end);
  // Conditional, in a transaction: https://hl7.org/fhir/R4/http.html#trules
  if (to[end] === '?') return resourceTypes.has(path) ? undefined : UNLIKE_REST;
  const [current, version, ...more] = path.split(HISTORY, 3);
  const [type = '', id, ...further] = (current ?? '').split('/', 3);
  const isWhole = more.length === 0 && further.length === 0;
  const isVersion = version === undefined || isId(version);
  if (!resourceTypes.has(type)) return UNLIKE_REST;
  if (!isWhole || !isVersion || id === undefined || id === '') return 'a relative one is Type/id';
  return isId(id) ? undefined : UNLIKE_REST;
}

/** Of relative ones that no FHIR server has: they name no type of resource, or have no id of FHIR. */
export const UNLIKE_REST = 'a relative one is Type/id, both of FHIR';
const HTTP = /^https?:/i;
const HOST = /^https?:\/\/[^/?#]/i;

/** The last but one step of a literal reference, be it relative or absolute, of a version or not. */
export function literalType(to: string, resourceTypes: Names): string | undefined {
  if (to.length > LOCATION_MAX) return undefined;
  const version = to.lastIndexOf(HISTORY);
  const end = to.lastIndexOf('/', version < 0 ? to.length : version - 1);
  const type = end < 0 ? '' : to.slice(to.lastIndexOf('/', end - 1) + 1, end);
  return resourceTypes.has(type) ? type : undefined;
}
