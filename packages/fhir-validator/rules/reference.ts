/**
 * Rules for references. A local reference must point to a contained resource (ref-1). If the type
 * of the target is known, the element must allow it. https://hl7.org/fhir/R4/references.html
 */
import { isObject, plainText } from '../runtime/object.ts';
import { quote } from '../runtime/quote.ts';
import type { Report } from '../runtime/report.ts';
import type { MemberCheck } from '../runtime/shapes.ts';
import { literalType, referenceProblem, UNLIKE_REST, usualType } from './reference-form.ts';

const HASH = 35;

/** Checks a Reference by itself, without the rules of the element that has it. */
export function reference(to: unknown, type: unknown, report: Report): void {
  if (typeof to === 'string') {
    if (to.charCodeAt(0) === HASH) local(to, report);
    else form(to, report);
  }
  if (typeof type === 'string') consistent(type, to, report);
}

/** Checks ref-1. */
function local(to: string, report: Report): void {
  report.local(to);
  if (to === '#' ? report.root === report.resource : containedType(to, report) === undefined) {
    report.broken('ref-1', `${quote(to)} points to no contained resource`);
  }
}

/**
 * Checks that it is a url, or relative to a server: https://hl7.org/fhir/R4/references.html#literal
 */
function form(to: string, report: Report): void {
  const { resourceTypes } = report.settings;
  const type = usualType(to, resourceTypes);
  if (type !== undefined) {
    // Its target is asked for next.
    report.usualReference = to;
    report.usualType = type;
    return;
  }
  const problem = referenceProblem(to, resourceTypes);
  if (problem === undefined) return;
  const said = `The reference ${quote(to)} is malformed: ${problem}`;
  // In a single resource, such a reference may point to something outside of FHIR servers. In a
  // bundle, nothing could resolve it.
  const isDoubtful = problem === UNLIKE_REST && report.bundle === undefined;
  if (isDoubtful) report.warning('fhir-r4/reference-form', 'value', said, 'reference');
  else report.error('fhir-r4/reference-form', 'value', said, 'reference');
}

/**
 * The type must be a resource type and agree with the reference. Absolute types are for logical
 * models.
 */
function consistent(type: string, to: unknown, report: Report): void {
  if (!report.settings.resourceTypes.has(type)) {
    const said = `The type ${quote(type)} of a reference is not a resource type of FHIR R4`;
    report.error('fhir-r4/reference-type', 'value', said, 'type');
    return;
  }
  const actual = typeof to === 'string' ? typeOf(to, report) : undefined;
  if (actual === undefined || actual === type) return;
  const said = `The type is ${type}, but the reference points to a ${quote(actual)}`;
  report.error('fhir-r4/reference-type', 'invalid', said, 'type');
}

/** A Reference to some types of resources: `|Patient|Group|`. */
export function toTargets(allowed: string): MemberCheck {
  return (value, report, step) => target(value, allowed, report, step);
}

/** Checks the target's type against the types that an element allows: `|Patient|Group|`. */
export function target(value: unknown, allowed: string, report: Report, step: string): void {
  if (!isObject(value)) return;
  const type = targetType(value, report);
  if (type === undefined || isListed(type, allowed)) return;
  const said = `A ${type} may not be referenced here, only ${allowed.slice(1, -1).replaceAll('|', ', ')}`;
  report.byPolicy(
    report.settings.referenceTarget,
    'fhir-r4/reference-target',
    'structure',
    said,
    step,
  );
}

/** Nearly always it is found where it stands as a whole, so that no text is made to look for. */
function isListed(type: string, list: string): boolean {
  const at = list.indexOf(type);
  if (at < 0) return false;
  const isWhole = list.charCodeAt(at - 1) === BAR && list.charCodeAt(at + type.length) === BAR;
  return isWhole || list.includes(`|${type}|`);
}

const BAR = 124;

/** The type of a Reference's target, as far as the Reference says it. */
function targetType(value: Record<string, unknown>, report: Report): string | undefined {
  const to = value['reference'];
  if (typeof to === 'string') {
    if (to.charCodeAt(0) === HASH) return containedType(to, report);
    if (to === report.usualReference) return report.usualType;
    const type = typeOf(to, report);
    if (type !== undefined) return type;
  }
  const type = value['type'];
  return typeof type === 'string' && report.settings.resourceTypes.has(type) ? type : undefined;
}

/** The type of the resource that a literal reference points to. Undefined if it is not known. */
function typeOf(to: string, report: Report): string | undefined {
  if (to.charCodeAt(0) === HASH) return containedType(to, report);
  return entryTypes(report)?.get(to) ?? literalType(to, report.settings.resourceTypes);
}

/** Type of the contained resource that a local reference points to. `#` is the container. */
function containedType(to: string, report: Report): string | undefined {
  const { root } = report;
  if (!isObject(root)) return undefined;
  if (to === '#')
    return typeof root['resourceType'] === 'string' ? root['resourceType'] : undefined;
  if (report.contained?.root !== root) report.contained = { root, types: typesById(root) };
  return report.contained.types.get(to.slice(1));
}

function typesById(root: Record<string, unknown>): Map<string, string> {
  const types = new Map<string, string>();
  for (const each of Array.isArray(root['contained']) ? root['contained'] : []) {
    if (isObject(each) && typeof each['id'] === 'string') {
      types.set(each['id'], plainText(each['resourceType']));
    }
  }
  return types;
}

/** Types of the current bundle's entries, by fullUrl. */
function entryTypes(report: Report): ReadonlyMap<string, string> | undefined {
  const { bundle } = report;
  if (!isObject(bundle)) return undefined;
  if (report.entries?.bundle === bundle) return report.entries.types;
  const types = new Map<string, string>();
  for (const entry of Array.isArray(bundle['entry']) ? bundle['entry'] : []) {
    const resource: unknown = isObject(entry) ? entry['resource'] : undefined;
    if (!isObject(entry) || typeof entry['fullUrl'] !== 'string' || !isObject(resource)) continue;
    if (typeof resource['resourceType'] === 'string') {
      types.set(entry['fullUrl'], resource['resourceType']);
    }
  }
  report.entries = { bundle, types };
  return types;
}
