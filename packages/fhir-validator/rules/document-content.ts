/**
 * Every entry of a document must be connected with its Composition by references, with few
 * exceptions: https://hl7.org/fhir/R4/documents.html#content
 */
import { someBelow } from '../runtime/below.ts';
import { isObject } from '../runtime/object.ts';
import type { Report } from '../runtime/report.ts';
import { BundleEntries } from './entry-lookup.ts';

export function documentContent(list: unknown[], report: Report): void {
  const entries = new BundleEntries(list);
  const to = entries.resources.map((each, i) => referencesOf(each, i, entries));
  const forward = reached(to);
  if (forward.size === list.length) return;
  const both = to.map((targets) => new Set(targets));
  for (const [i, targets] of to.entries()) for (const each of targets) both[each]?.add(i);
  const connected = reached(both);
  for (const [i, resource] of entries.resources.entries()) {
    if (forward.has(i) || !isObject(resource) || travelsAlong(resource)) continue;
    const step = `entry[${i}]`;
    if (connected.has(i)) {
      const said =
        'The entry refers to other entries of the document, but none of them refers to it';
      report.warning('fhir-r4/document-content', 'informational', said, step);
    } else {
      const said = 'No chain of references connects the entry with the Composition';
      report.error('fhir-r4/document-content', 'invalid', said, step);
    }
  }
}

/** Entries that a resource names in references, and in urls of attachments and the like. */
function referencesOf(resource: unknown, from: number, entries: BundleEntries): Set<number> {
  const found = new Set<number>();
  someBelow(resource, (each) => {
    if (typeof each !== 'string' || !each.includes(each.includes(':') ? ':' : '/')) return false;
    const to = each.length > REFERENCE_MAX ? undefined : entries.resolve(each, from);
    if (to !== undefined) found.add(to);
    return false;
  });
  return found;
}

const REFERENCE_MAX = 2048;

/** All entries that the first one refers to, directly or indirectly. */
function reached(to: readonly ReadonlySet<number>[]): Set<number> {
  const found = new Set([0]);
  for (const each of found) for (const target of to[each] ?? []) found.add(target);
  return found;
}

/** Allowed without a reference from the document: Provenance of its entries, and a style sheet. */
function travelsAlong({ resourceType, contentType }: Record<string, unknown>): boolean {
  if (resourceType === 'Provenance') return true;
  return resourceType === 'Binary' && typeof contentType === 'string' && /css/.test(contentType);
}
