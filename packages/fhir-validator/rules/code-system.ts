/** Rules from the text of https://hl7.org/fhir/R4/codesystem.html */
import { isObject } from '../runtime/object.ts';
import { quote } from '../runtime/quote.ts';
import type { Report } from '../runtime/report.ts';
import { valueSetAsSystem } from './data-types.ts';
import { eachNode, pathOf, type Way } from './nodes.ts';

type Value = Record<string, unknown>;

/** Properties that the specification defines. Key: uri. Value: code and type. */
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
const CHILDREN = 'concept';

export function codeSystem(value: Value, report: Report): void {
  const { content, supplements, count, concept } = value;
  if (supplements !== undefined && content !== 'supplement') {
    report.error(
      'fhir-r4/codesystem-supplement',
      'business-rule',
      "The content of a code system that supplements another must be 'supplement'",
      'content',
    );
  }
  if (content === 'supplement' && supplements === undefined) {
    const said = "A code system whose content is 'supplement' must name what it supplements";
    report.error('fhir-r4/codesystem-supplement', 'business-rule', said, 'content');
  }
  if (content === 'not-present' && Array.isArray(concept) && concept.length > 0) {
    const said = "A code system whose content is 'not-present' must have no concepts";
    report.error('fhir-r4/codesystem-content', 'business-rule', said, 'concept');
  }
  if (typeof supplements === 'string') valueSetAsSystem(supplements, report, 'supplements');
  if (content === 'complete' && typeof count === 'number' && Array.isArray(concept)) {
    const actual = eachNode(concept, CHILDREN, () => {});
    if (actual !== count) {
      const said = `The code system is complete and has ${actual} concepts, but its count is ${count}`;
      report.error('fhir-r4/codesystem-count', 'invalid', said, 'count');
    }
  }
  const properties = definedProperties(value['property'], report);
  if (properties.size === 0) return;
  eachNode(concept, CHILDREN, (of, way) => usedProperties(of, way, properties, report));
}

/** Checks the definitions of properties. Returns their types by code. */
function definedProperties(list: unknown, report: Report): Map<unknown, unknown> {
  const types = new Map<unknown, unknown>();
  const uris = new Set<unknown>();
  for (const [i, each] of Array.isArray(list) ? list.entries() : []) {
    if (!isObject(each)) continue;
    const { code, uri, type } = each;
    const step = `property[${i}]`;
    if (types.has(code)) {
      const said = `A second property ${quote(code)}`;
      report.error('fhir-r4/codesystem-property', 'business-rule', said, step);
    }
    const name = typeof uri === 'string' && uri.startsWith(BASE) ? uri.slice(BASE.length) : '';
    if (name !== '' && uris.has(uri)) {
      const said = `A second property with the uri ${quote(uri)}`;
      report.error('fhir-r4/codesystem-property', 'business-rule', said, step);
    }
    const expected = PROPERTIES.get(name);
    if (expected !== undefined && type !== expected) {
      const said = `${quote(uri)} is of type ${expected}, not ${quote(type)}`;
      report.error('fhir-r4/codesystem-property', 'business-rule', said, step);
    }
    if (!types.has(code)) types.set(code, type);
    uris.add(uri);
  }
  return types;
}

function usedProperties(
  concept: Value,
  way: readonly Way[],
  types: ReadonlyMap<unknown, unknown>,
  report: Report,
): void {
  const list = concept['property'];
  for (const [i, each] of Array.isArray(list) ? list.entries() : []) {
    const type = isObject(each) ? types.get(each['code']) : undefined;
    if (typeof type !== 'string' || !isObject(each)) continue;
    const key = Object.keys(each).find((name) => name.startsWith('value'));
    if (key === undefined || key.slice(5).toLowerCase() === type.toLowerCase()) continue;
    const said = `The property ${quote(each['code'])} is of type ${quote(type)}, not ${quote(key.slice(5))}`;
    const step = report.isFull ? '' : `${pathOf(way, CHILDREN)}.property[${i}]`;
    report.error('fhir-r4/codesystem-property', 'business-rule', said, step);
  }
}
