/** Search results: https://hl7.org/fhir/R4/bundle.html#searchset */
import { isObject, plainText } from '../runtime/object.ts';
import { quote } from '../runtime/quote.ts';
import type { Report } from '../runtime/report.ts';

/**
 * Matches must have an id and the type that was searched for. Outcomes must be OperationOutcomes.
 */
export function searchSet(links: unknown, entries: unknown[], report: Report): void {
  const types = searchedTypes(links, report);
  for (const [i, entry] of entries.entries()) {
    if (!isObject(entry) || !isObject(entry['resource'])) continue;
    const { resourceType, id } = entry['resource'];
    const mode = isObject(entry['search']) ? entry['search']['mode'] : undefined;
    const step = `entry[${i}].resource`;
    if (mode === 'outcome') {
      if (resourceType !== 'OperationOutcome') {
        const said = `An entry with the search mode outcome must be an OperationOutcome, not ${quote(resourceType)}`;
        report.error('fhir-r4/searchset-outcome', 'invalid', said, step);
      }
    } else if (mode === 'match' || mode === 'include') {
      if (id === undefined) {
        report.error('fhir-r4/searchset-id', 'invalid', 'A search result must have an id', step);
      }
      if (mode === 'match' && types && !types.has(plainText(resourceType))) {
        const searched = [...types].slice(0, LISTED_MAX).join(', ');
        const said = `${quote(resourceType)} is not what was searched for (${searched})`;
        report.error('fhir-r4/searchset-type', 'invalid', said, step);
      }
    }
  }
}

const LISTED_MAX = 10;

/**
 * The types that were searched for, if the self link says so. A search for contained resources returns what contains
 * them, of whatever type, unless it asks for themselves: https://hl7.org/fhir/R4/search.html#contained
 */
function searchedTypes(links: unknown, report: Report): Set<string> | undefined {
  const self = (Array.isArray(links) ? links : []).find(
    (each) => isObject(each) && each['relation'] === 'self',
  );
  const url = isObject(self) && typeof self['url'] === 'string' ? self['url'] : '';
  const [path = ''] = url.split('?', 1);
  const isType = (name: string) => report.settings.resourceTypes.has(name);
  const parameters = new URLSearchParams(url.slice(path.length));
  const contained = parameters.get('_contained');
  const isOfContainers = contained === 'true' || contained === 'both';
  if (isOfContainers && parameters.get('_containedType') !== 'contained') return undefined;
  const listed = parameters.getAll('_type').flatMap((each) => each.split(','));
  if (listed.length > 0) return listed.every(isType) ? new Set(listed) : undefined;
  const last = path.slice(path.lastIndexOf('/') + 1);
  return isType(last) ? new Set([last]) : undefined;
}
