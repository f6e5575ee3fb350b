/** Checks a resource in any place: the root, contained, a Bundle entry or a parameter. */
import { memberOf } from './object.ts';
import { ResourceOutline } from './outline.ts';
import { checkProfiles, type Profiles } from './profiles.ts';
import { quote } from './quote.ts';
import type { Report } from './report.ts';
import type { Check } from './shapes.ts';

/**
 * Finds the check for the resource's type and runs it. A contained resource has the root of its
 * container.
 */
export function dispatch(
  value: Record<string, unknown>,
  resources: ReadonlyMap<string, Check>,
  profiles: Profiles,
  report: Report,
  isContained: boolean,
): void {
  if (report.outlines !== undefined && value instanceof ResourceOutline) {
    // The resource is validated on its own. It is not empty.
    report.keys += 2;
    return;
  }
  const type = memberOf(value, 'resourceType');
  const check = typeof type === 'string' ? resources.get(type) : undefined;
  if (!check) {
    // The object is not visited. It counts one member, because it is not empty.
    report.keys++;
    if (memberOf(value, 'id') !== undefined) report.ids++;
    if (type === undefined)
      report.error('fhir-r4/resource-type', 'structure', 'resourceType is missing');
    else {
      const said = `${quote(type)} is not a resource type of FHIR R4`;
      report.error('fhir-r4/resource-type', 'structure', said);
    }
    return;
  }
  const { resource, root, locals, elementIds, placeType, placeStep, declared, bundle } = report;
  const { resourceType } = report;
  if (resourceType === 'Bundle') report.bundle = resource as Record<string, unknown>;
  report.resource = value;
  report.resourceType = type as string;
  if (!isContained) {
    report.root = value;
    report.locals = undefined;
  }
  report.elementIds = undefined;
  report.placeType = '';
  report.placeStep = '';
  report.declared = undefined;
  check(value, report);
  const wanted = isContained ? undefined : report.settings.selection?.[type as string];
  if (report.declared !== undefined || wanted !== undefined) {
    // The profiles of a Bundle follow references to the Bundle's own entries.
    if (type === 'Bundle') report.bundle = value;
    checkProfiles(value, report.declared, profiles, wanted, report);
  }
  report.resource = resource;
  report.resourceType = resourceType;
  if (!isContained) {
    report.root = root;
    report.locals = locals;
  }
  report.elementIds = elementIds;
  report.placeType = placeType;
  report.placeStep = placeStep;
  report.declared = declared;
  report.bundle = bundle;
}
