/**
 * The targets of a document's Composition and of a message's header must be in the bundle:
 * https://hl7.org/fhir/R4/documents.html#content, https://hl7.org/fhir/R4/bundle.html#references
 */
import { isObject } from '../runtime/object.ts';
import { quote } from '../runtime/quote.ts';
import type { Report } from '../runtime/report.ts';
import { BundleEntries } from './entry-lookup.ts';

type Value = Record<string, unknown>;

/** Elements of type Reference whose targets must be in the bundle. */
const REFERENCES: ReadonlyMap<unknown, readonly string[]> = new Map(
  Object.entries({
    Composition: ['subject', 'encounter', 'author', 'attester.party', 'custodian', 'event.detail'],
    MessageHeader: ['focus'],
  }),
);
const SECTION = ['author', 'focus', 'entry'];
const SECTIONS_MAX = 50;

export function bundleReferences(list: unknown[], report: Report): void {
  const entries = new BundleEntries(list);
  const resource = entries.resources[0];
  if (!isObject(resource)) return;

  const check = (of: Value, path: string, step: string): void => {
    const [name = '', ...rest] = path.split('.');
    const value = of[name];
    const list = Array.isArray(value) ? value : value === undefined ? [] : [value];
    for (const [i, each] of list.entries()) {
      if (!isObject(each)) continue;
      const here = `${step}.${name}${Array.isArray(value) ? `[${i}]` : ''}`;
      if (rest.length > 0) check(each, rest.join('.'), here);
      else resolve(each['reference'], here);
    }
  };
  const resolve = (to: unknown, step: string): void => {
    if (typeof to !== 'string' || to.startsWith('#')) return;
    if (entries.resolve(to, 0) !== undefined) return;
    const said = `${quote(to)} is not in the bundle`;
    report.error('fhir-r4/bundle-reference', 'not-found', said, step);
  };
  const sections = (of: Value, step: string, depth: number): void => {
    const list = of['section'];
    for (const [i, each] of Array.isArray(list) ? list.entries() : []) {
      if (!isObject(each) || depth > SECTIONS_MAX) continue;
      for (const path of SECTION) check(each, path, `${step}.section[${i}]`);
      sections(each, `${step}.section[${i}]`, depth + 1);
    }
  };

  const start = 'entry[0].resource';
  for (const path of REFERENCES.get(resource['resourceType']) ?? []) check(resource, path, start);
  if (resource['resourceType'] === 'Composition') sections(resource, start, 0);
}
