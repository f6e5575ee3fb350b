/** A resource wherever one may stand: the root, contained, in a Bundle entry or a parameter. */
import { quote, type Report } from './report.ts';
import type { Check } from './shapes.ts';

/** Finds the check of the resource's own type and runs it. */
export function dispatch(
  value: Record<string, unknown>,
  resources: ReadonlyMap<string, Check>,
  report: Report,
): void {
  const type = value['resourceType'];
  const check = typeof type === 'string' ? resources.get(type) : undefined;
  if (check) {
    const outer = report.resource;
    report.resource = value;
    check(value, report);
    report.resource = outer;
    return;
  }
  // Not followed, but not empty either: the type is the one thing to say about it.
  report.keys++;
  if (type === undefined) report.error('structure', 'resourceType is missing');
  else report.error('structure', `${quote(type)} is not a resource type of FHIR R4`);
}
