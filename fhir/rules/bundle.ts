/** Bundles beyond their invariants: https://hl7.org/fhir/R4/bundle.html */
import { isObject } from '../runtime/object.ts';
import { quote, type Report } from '../runtime/report.ts';
import { bundleReferences } from './bundle-references.ts';
import { searchSet } from './bundle-search.ts';
import { isAbsolute } from './uris.ts';

type Value = Record<string, unknown>;

/** Link relations of which a bundle has one each. */
const SINGLE_LINKS = new Set(['self', 'first', 'previous', 'prev', 'next', 'last']);
/** The url of a resource on a RESTful server. */
export const RESTFUL =
  /^(https?:\/\/[^\s?#]{1,2000}\/)([A-Z][A-Za-z]{1,63})\/([A-Za-z0-9.-]{1,64})$/;

export function bundle(value: Value, report: Report): void {
  links(value['link'], report);
  const entries = Array.isArray(value['entry']) ? value['entry'] : [];
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i];
    if (isObject(entry) && typeof entry['fullUrl'] === 'string') {
      fullUrl(entry['fullUrl'], entry['resource'], report, `entry[${i}].fullUrl`);
    }
  }
  if (value['type'] === 'searchset') searchSet(value['link'], entries, report);
  if (value['type'] === 'document' || value['type'] === 'message') {
    bundleReferences(entries, report);
  }
}

function links(list: unknown, report: Report): void {
  const seen = new Set<unknown>();
  for (const [i, link] of Array.isArray(list) ? list.entries() : []) {
    const relation = isObject(link) ? link['relation'] : undefined;
    if (typeof relation !== 'string' || !SINGLE_LINKS.has(relation)) continue;
    if (seen.has(relation)) {
      report.error('invalid', `A second link with the relation ${quote(relation)}`, `link[${i}]`);
    }
    seen.add(relation);
  }
}

/** Absolute, and if it names a resource on a server, this one. */
function fullUrl(url: string, resource: unknown, report: Report, step: string): void {
  if (!isAbsolute(url)) {
    report.error('invalid', `The fullUrl ${quote(url)} must be absolute`, step);
    return;
  }
  const [, , type = '', id = ''] = RESTFUL.exec(url) ?? [];
  if (!isObject(resource) || !report.settings.resourceTypes.has(type)) return;
  const own = resource['id'];
  if (resource['resourceType'] === type && (own === undefined || own === id)) return;
  const said = `The fullUrl ${quote(url)} disagrees with the resource ${resource['resourceType']}`;
  report.error('invalid', `${said}/${own === undefined ? '(no id)' : quote(own)}`, step);
}
