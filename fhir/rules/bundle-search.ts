/** Search results: https://hl7.org/fhir/R4/bundle.html#searchset */
import { isObject } from '../runtime/object.ts';
import { quote, type Report } from '../runtime/report.ts';

/** Matches have ids and the type that was searched for; outcomes are OperationOutcomes. */
export function searchSet(links: unknown, entries: unknown[], report: Report): void {
  const types = searchedTypes(links, report);
  for (const [i, entry] of entries.entries()) {
    if (!isObject(entry) || !isObject(entry['resource'])) continue;
    const { resourceType, id } = entry['resource'];
    const mode = isObject(entry['search']) ? entry['search']['mode'] : undefined;
    const step = `entry[${i}].resource`;
    if (mode === 'outcome') {
      if (resourceType !== 'OperationOutcome') {
        report.error('invalid', `An outcome is an OperationOutcome, no ${resourceType}`, step);
      }
    } else if (mode === 'match' || mode === 'include') {
      if (id === undefined) report.error('invalid', 'A search result must have an id', step);
      if (mode === 'match' && types && !types.includes(String(resourceType))) {
        const said = `${quote(resourceType)} is not what was searched for (${types.join(', ')})`;
        report.error('invalid', said, step);
      }
    }
  }
}

/** The types that the self link searched for, where it says so. */
function searchedTypes(links: unknown, report: Report): string[] | undefined {
  const self = (Array.isArray(links) ? links : []).find(
    (each) => isObject(each) && each['relation'] === 'self',
  );
  const url = isObject(self) && typeof self['url'] === 'string' ? self['url'] : '';
  const [path = '', query = ''] = url.split('?', 2);
  const isType = (name: string) => report.settings.resourceTypes.has(name);
  const parameters = new URLSearchParams(query);
  const listed = parameters.get('_type')?.split(',');
  if (listed) return listed.every(isType) ? listed : undefined;
  const last = path.split('/').at(-1) ?? '';
  return isType(last) ? [last] : undefined;
}
