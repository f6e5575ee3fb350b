/**
 * References: local ones must lead to a contained resource (ref-1), and what the target's type can
 * be told from must be a type that the element allows. https://hl7.org/fhir/R4/references.html
 */
import { isObject } from '../runtime/object.ts';
import { quote, type Report } from '../runtime/report.ts';

const LOCATION_MAX = 2048;

/** ref-1, for the Reference itself. */
export function reference(value: Record<string, unknown>, report: Report): void {
  const to = value['reference'];
  if (typeof to !== 'string' || to.charCodeAt(0) !== 35) return;
  report.local(to);
  if (to === '#' ? report.root === report.resource : containedType(to, report) === undefined) {
    const said = `ref-1: ${quote(to)} leads to no contained resource`;
    report.error('invariant', said);
  }
}

/** The types that one place allows, as `|Patient|Group|`. */
export function target(value: unknown, allowed: string, report: Report, step: string): void {
  if (!isObject(value)) return;
  const type = targetType(value, report);
  if (type === undefined || allowed.includes(`|${type}|`)) return;
  const said = `A ${type} may not be referenced here, only ${allowed.slice(1, -1).replaceAll('|', ', ')}`;
  report.byPolicy(report.settings.referenceTarget, 'structure', said, step);
}

export function targets(values: unknown, allowed: string, report: Report, step: string): void {
  if (!Array.isArray(values)) return;
  for (let i = 0; i < values.length; i++) target(values[i], allowed, report, `${step}[${i}]`);
}

/** The type of resource that a Reference points to, as far as it says so. */
function targetType(value: Record<string, unknown>, report: Report): string | undefined {
  const to = value['reference'];
  if (typeof to === 'string' && to.length < LOCATION_MAX) {
    if (to.charCodeAt(0) === 35) return containedType(to, report);
    const type = literalType(to);
    if (report.settings.resourceTypes.has(type)) return type;
  }
  const type = value['type'];
  return typeof type === 'string' && report.settings.resourceTypes.has(type) ? type : undefined;
}

/** The last but one step of a literal reference, be it relative or absolute, of a version or not. */
function literalType(to: string): string {
  const version = to.lastIndexOf('/_history/');
  const end = to.lastIndexOf('/', version < 0 ? to.length : version - 1);
  return end < 0 ? '' : to.slice(to.lastIndexOf('/', end - 1) + 1, end);
}

/** Type of the contained resource with a local reference's id; `#` is the container. */
function containedType(to: string, report: Report): string | undefined {
  const { root } = report;
  if (!isObject(root)) return undefined;
  if (to === '#')
    return typeof root['resourceType'] === 'string' ? root['resourceType'] : undefined;
  return typesById(root).get(to.slice(1));
}

const typesByRoot = new WeakMap<object, Map<string, string>>();

function typesById(root: Record<string, unknown>): Map<string, string> {
  const known = typesByRoot.get(root);
  if (known) return known;
  const types = new Map<string, string>();
  for (const each of Array.isArray(root['contained']) ? root['contained'] : []) {
    if (isObject(each) && typeof each['id'] === 'string') {
      types.set(each['id'], String(each['resourceType']));
    }
  }
  typesByRoot.set(root, types);
  return types;
}
