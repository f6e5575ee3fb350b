/** Rules from the text of https://hl7.org/fhir/R4/structuredefinition.html and elementdefinition.html */
import { isObject } from '../runtime/object.ts';
import { quote } from '../runtime/quote.ts';
import type { Report } from '../runtime/report.ts';
import { fhirPath } from './conformance.ts';

type Value = Record<string, unknown>;

const BASE = 'http://hl7.org/fhir/StructureDefinition/';

export function structureDefinition(value: Value, report: Report): void {
  const { type, context, baseDefinition, derivation, contextInvariant } = value;
  if (type === 'Extension' && baseDefinition === `${BASE}Extension`) ownUrl(value, report);
  for (const [i, each] of listOf(contextInvariant).entries()) {
    fhirPath(each, report, `contextInvariant[${i}]`);
  }
  if (context !== undefined && type !== 'Extension') {
    const said = `Only an extension has a context, not a definition of ${quote(type)}`;
    report.error('fhir-r4/extension-context', 'business-rule', said, 'context');
  }
  const base =
    typeof baseDefinition === 'string' && baseDefinition.startsWith(BASE)
      ? baseDefinition.slice(BASE.length).split('|', 1)[0]
      : undefined;
  const isType = base !== undefined && report.settings.resourceTypes.has(base);
  if (derivation === 'constraint' && isType && typeof type === 'string' && type !== base) {
    const said = `It constrains ${base}, so its type cannot be ${quote(type)}`;
    report.error('fhir-r4/structuredefinition-type', 'business-rule', said, 'type');
  }
}

/** The url of an extension is that of its definition. */
function ownUrl({ url, differential, snapshot }: Value, report: Report): void {
  for (const [name, part] of [
    ['differential', differential],
    ['snapshot', snapshot],
  ] as const) {
    const elements = isObject(part) ? listOf(part['element']) : [];
    for (const [i, each] of elements.entries()) {
      if (!isObject(each) || each['path'] !== 'Extension.url') continue;
      const fixed = each['fixedUri'];
      if (typeof fixed !== 'string' || typeof url !== 'string' || fixed === url) continue;
      const said = `The url of the extension is fixed to ${quote(fixed)}, not to ${quote(url)}`;
      const step = `${name}.element[${i}].fixed.ofType(uri)`;
      report.error('fhir-r4/extension-definition-url', 'business-rule', said, step);
    }
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Constraints are FHIRPath. A fixed value or a pattern has the type of the element. */
export function elementDefinition(type: unknown, value: Value, report: Report): void {
  for (const [i, each] of listOf(value['constraint']).entries()) {
    if (isObject(each)) fhirPath(each['expression'], report, `constraint[${i}].expression`);
  }
  if (!Array.isArray(type) || type.length !== 1 || !isObject(type[0])) return;
  const { code } = type[0];
  // Types of FHIRPath's own have a url.
  if (typeof code !== 'string' || code.includes(':')) return;
  for (const key in value) {
    const [, kind, own = ''] = CONSTANT.exec(key) ?? [];
    if (kind === undefined || own === code.charAt(0).toUpperCase() + code.slice(1)) continue;
    const said = `The element is of type ${quote(code)}, so ${quote(key)} is not allowed`;
    report.error('fhir-r4/elementdefinition-type', 'business-rule', said, kind);
  }
}

const CONSTANT = /^(fixed|pattern)([A-Z][A-Za-z0-9]{0,63})$/;
