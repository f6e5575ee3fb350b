/** Rules for bundles that no invariant states: https://hl7.org/fhir/R4/bundle.html */
import { isObject, plainText } from '../runtime/object.ts';
import { quote } from '../runtime/quote.ts';
import type { Report } from '../runtime/report.ts';
import { bundleReferences } from './bundle-references.ts';
import { searchSet } from './bundle-search.ts';
import { documentContent } from './document-content.ts';
import { isAbsolute, restfulUrl } from './uris.ts';

type Value = Record<string, unknown>;

/** Link relations that a bundle may have only once. */
const SINGLE_LINKS = new Set(['self', 'first', 'previous', 'prev', 'next', 'last']);
/**
 * Types of bundles whose entries may lack a fullUrl:
 * https://hl7.org/fhir/R4/bundle.html#bundle-unique
 */
const WITHOUT_FULL_URL = new Set([
  'transaction',
  'batch',
  'transaction-response',
  'batch-response',
]);

export function bundle(value: Value, report: Report): void {
  const { type } = value;
  links(value['link'], report);
  const entries = Array.isArray(value['entry']) ? value['entry'] : [];
  const needsUrl = typeof type === 'string' && !WITHOUT_FULL_URL.has(type);
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i];
    if (!isObject(entry)) continue;
    if (typeof entry['fullUrl'] === 'string') {
      const resource = isPatch(entry) ? undefined : entry['resource'];
      fullUrl(entry['fullUrl'], resource, report, `entry[${i}].fullUrl`);
    } else if (needsUrl && entry['fullUrl'] === undefined && isIdentified(entry, type)) {
      const said = `An entry of a ${type} must have a fullUrl`;
      report.error('fhir-r4/fullurl-required', 'required', said, `entry[${i}]`);
    }
  }
  if (type === 'searchset') searchSet(value['link'], entries, report);
  if (type === 'document' || type === 'message') bundleReferences(entries, report);
  if (type === 'document') documentContent(entries, report);
}

/**
 * Whether an entry must have a fullUrl. Results of operations and outcomes of searches have no id;
 * both are in searchsets. An entry of a POST may get its id later, and one of a DELETE has no
 * resource.
 */
function isIdentified({ resource, request, search }: Value, type: string): boolean {
  if (!isObject(resource)) return false;
  if (type === 'searchset') {
    const isOutcome = isObject(search) && search['mode'] === 'outcome';
    return resource['id'] !== undefined && !isOutcome;
  }
  return !(isObject(request) && request['method'] === 'POST' && resource['id'] === undefined);
}

/** Then the fullUrl is of what is patched, and the resource is the patch. */
function isPatch({ request }: Value): boolean {
  return isObject(request) && request['method'] === 'PATCH';
}

function links(list: unknown, report: Report): void {
  const seen = new Set<unknown>();
  for (const [i, link] of Array.isArray(list) ? list.entries() : []) {
    const relation = isObject(link) ? link['relation'] : undefined;
    if (typeof relation !== 'string' || !SINGLE_LINKS.has(relation)) continue;
    if (seen.has(relation)) {
      const said = `A second link with the relation ${quote(relation)}`;
      report.error('fhir-r4/bundle-link', 'invalid', said, `link[${i}]`);
    }
    seen.add(relation);
  }
}

/**
 * The fullUrl must be absolute. If it is the url of a resource on a server, it must be that of this
 * resource.
 */
function fullUrl(url: string, resource: unknown, report: Report, step: string): void {
  if (!isAbsolute(url)) {
    const said = `The fullUrl ${quote(url)} must be absolute`;
    report.error('fhir-r4/fullurl-absolute', 'invalid', said, step);
    return;
  }
  const { type = '', id } = restfulUrl(url) ?? {};
  if (!isObject(resource) || !report.settings.resourceTypes.has(type)) return;
  const own = resource['id'];
  if (resource['resourceType'] === type && (own === undefined || own === id)) return;
  const said = `The fullUrl ${quote(url)} disagrees with the resource ${plainText(resource['resourceType'])}`;
  report.error(
    'fhir-r4/fullurl-id',
    'invalid',
    `${said}/${own === undefined ? '(no id)' : quote(own)}`,
    step,
  );
}
