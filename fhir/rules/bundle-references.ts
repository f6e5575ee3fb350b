/**
 * What the Composition of a document and the header of a message refer to is in the bundle.
 * https://hl7.org/fhir/R4/documents.html#content, https://hl7.org/fhir/R4/bundle.html#references
 */
import { isObject } from '../runtime/object.ts';
import { quote, type Report } from '../runtime/report.ts';

type Value = Record<string, unknown>;

/** Elements of type Reference whose targets travel along. */
const REFERENCES: Readonly<Record<string, readonly string[]>> = {
  Composition: ['subject', 'encounter', 'author', 'attester.party', 'custodian', 'event.detail'],
  MessageHeader: ['focus'],
};
const SECTION = ['author', 'focus', 'entry'];
const SECTIONS_MAX = 50;
const BASE = /^(https?:\/\/[^\s?#]{1,2000}\/)[A-Z][A-Za-z]{1,63}\/[A-Za-z0-9.-]{1,64}$/;

export function bundleReferences(entries: unknown[], report: Report): void {
  const first = entries[0];
  const resource = isObject(first) ? first['resource'] : undefined;
  if (!isObject(first) || !isObject(resource)) return;
  const urls = new Set(entries.map((each) => (isObject(each) ? each['fullUrl'] : undefined)));
  const base = typeof first['fullUrl'] === 'string' ? BASE.exec(first['fullUrl'])?.[1] : undefined;

  const check = (of: Value, path: string, step: string): void => {
    const [name = '', ...rest] = path.split('.');
    const value = of[name];
    const list = Array.isArray(value) ? value : value === undefined ? [] : [value];
    for (const [i, each] of list.entries()) {
      const here = `${step}.${name}${Array.isArray(value) ? `[${i}]` : ''}`;
      if (!isObject(each)) continue;
      if (rest.length > 0) check(each, rest.join('.'), here);
      else resolve(each['reference'], here);
    }
  };
  const resolve = (to: unknown, step: string): void => {
    if (typeof to !== 'string' || to.startsWith('#')) return;
    const url = to.replace(/\/_history\/[^/]*$/, '');
    if (urls.has(url.includes(':') ? url : `${base ?? ''}${url}`) && (url.includes(':') || base)) {
      return;
    }
    report.error('not-found', `${quote(to)} is not in the bundle`, step);
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
  for (const path of REFERENCES[String(resource['resourceType'])] ?? [])
    check(resource, path, start);
  if (resource['resourceType'] === 'Composition') sections(resource, start, 0);
}
