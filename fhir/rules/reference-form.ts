/** Reference.reference as text: https://hl7.org/fhir/R4/references.html#literal */
import { isId } from '../runtime/characters.ts';
import { isAbsolute } from './uris.ts';

type Names = { has(name: string): boolean };

const LOCATION_MAX = 2048;
const HISTORY = '/_history/';
const SPACE = /\s/;

/** Why it can be no reference, if so. */
export function referenceProblem(to: string, resourceTypes: Names): string | undefined {
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
  return isWhole && isVersion && isId(id) ? undefined : 'the id is no id of FHIR';
}

/** Of relative ones that name no type of resource. */
export const UNLIKE_REST = 'a relative one is Type/id';
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
