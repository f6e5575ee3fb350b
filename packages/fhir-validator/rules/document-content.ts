/**
 * A document holds what its Composition refers to, directly or not, and little else.
 * https://hl7.org/fhir/R4/documents.html#content
 */
import { someBelow } from '../runtime/below.ts';
import { isObject } from '../runtime/object.ts';
import type { Report } from '../runtime/report.ts';
import { BundleEntries } from './bundle-entries.ts';

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
      const said = 'The entry refers to others, but nothing in the document refers to it';
      report.warning('fhir-r4/document-content', 'informational', said, step);
    } else {
      const said = 'Nothing that the Composition refers to refers to the entry, nor the reverse';
      report.error('fhir-r4/document-content', 'invalid', said, step);
    }
  }
}

/** Entries that a resource names: by references, and by urls of attachments and the like. */
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

/** All that the first leads to. */
function reached(to: readonly ReadonlySet<number>[]): Set<number> {
  const found = new Set([0]);
  for (const each of found) for (const target of to[each] ?? []) found.add(target);
  return found;
}

/** Provenance of what is in the document, and a style sheet for it. */
function travelsAlong({ resourceType, contentType }: Record<string, unknown>): boolean {
  if (resourceType === 'Provenance') return true;
  return resourceType === 'Binary' && typeof contentType === 'string' && /css/.test(contentType);
}
