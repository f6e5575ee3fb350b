/** Rules in the prose of https://hl7.org/fhir/R4/codesystem.html */
import { isObject } from '../runtime/object.ts';
import { quote, type Report } from '../runtime/report.ts';

type Value = Record<string, unknown>;

/** Properties that the specification defines, by uri: code and type. */
const PROPERTIES = new Map([
  ['inactive', 'boolean'],
  ['deprecated', 'dateTime'],
  ['deprecationDate', 'dateTime'],
  ['retirementDate', 'dateTime'],
  ['notSelectable', 'boolean'],
  ['parent', 'code'],
  ['child', 'code'],
  ['status', 'code'],
]);
const BASE = 'http://hl7.org/fhir/concept-properties#';

export function codeSystem(value: Value, report: Report): void {
  const { content, supplements, count, concept } = value;
  if (supplements !== undefined && content !== 'supplement') {
    report.error('business-rule', "The content of a supplement is 'supplement'", 'content');
  }
  if (content === 'complete' && typeof count === 'number' && Array.isArray(concept)) {
    const actual = concepts(concept).length;
    if (actual !== count) {
      const said = `The code system is complete with ${actual} concepts, and counts ${count}`;
      report.error('invalid', said, 'count');
    }
  }
  const properties = definedProperties(value['property'], report);
  if (properties.size === 0) return;
  for (const { of, path } of concepts(concept)) usedProperties(of, path, properties, report);
}

/** Checks the definitions and returns the types by code. */
function definedProperties(list: unknown, report: Report): Map<unknown, unknown> {
  const types = new Map<unknown, unknown>();
  const uris = new Set<unknown>();
  for (const [i, each] of Array.isArray(list) ? list.entries() : []) {
    if (!isObject(each)) continue;
    const { code, uri, type } = each;
    const step = `property[${i}]`;
    if (types.has(code)) report.error('business-rule', `A second property ${quote(code)}`, step);
    const name = typeof uri === 'string' && uri.startsWith(BASE) ? uri.slice(BASE.length) : '';
    if (name !== '' && uris.has(uri)) {
      report.error('business-rule', `A second property with the uri ${quote(uri)}`, step);
    }
    const expected = PROPERTIES.get(name);
    if (expected !== undefined && type !== expected) {
      report.error('business-rule', `${quote(uri)} is of type ${expected}, not ${type}`, step);
    }
    if (!types.has(code)) types.set(code, type);
    uris.add(uri);
  }
  return types;
}

function usedProperties(
  concept: Value,
  path: string,
  types: ReadonlyMap<unknown, unknown>,
  report: Report,
): void {
  const list = concept['property'];
  for (const [i, each] of Array.isArray(list) ? list.entries() : []) {
    const type = isObject(each) ? types.get(each['code']) : undefined;
    if (typeof type !== 'string' || !isObject(each)) continue;
    const key = Object.keys(each).find((name) => name.startsWith('value'));
    if (key === undefined || key.slice(5).toLowerCase() === type.toLowerCase()) continue;
    const said = `The property ${quote(each['code'])} is of type ${type}, not ${key.slice(5)}`;
    report.error('business-rule', said, `${path}.property[${i}]`);
  }
}

/** All concepts with their paths, however deep. */
function concepts(list: unknown): { of: Value; path: string }[] {
  const found: { of: Value; path: string }[] = [];
  const open = [{ list, path: '' }];
  for (let next = open.pop(); next; next = open.pop()) {
    if (!Array.isArray(next.list)) continue;
    for (const [i, of] of next.list.entries()) {
      const path = `${next.path === '' ? '' : `${next.path}.`}concept[${i}]`;
      if (!isObject(of)) continue;
      found.push({ of, path });
      // Deeper than the validator follows: reported elsewhere, and paths would grow without bound.
      if (path.length < PATH_MAX) open.push({ list: of['concept'], path });
    }
  }
  return found;
}

const PATH_MAX = 4000;
