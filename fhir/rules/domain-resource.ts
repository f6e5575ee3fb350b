/** Contained resources (dom-2 to dom-5) and the narrative that should be there (dom-6). */
import { isObject } from '../runtime/object.ts';
import { DEPTH_MAX, quote, type Report } from '../runtime/report.ts';

export function domainResource(value: Record<string, unknown>, report: Report): void {
  const text = value['text'];
  if (!isObject(text) || text['div'] === undefined) {
    report.warning('invariant', 'dom-6: A resource should have narrative for robust management');
  }
  const contained = value['contained'];
  if (contained === undefined || !Array.isArray(contained)) return;
  for (const [i, each] of contained.entries()) if (isObject(each)) rules(each, i);
  // Within a contained resource there is none, and to look again at each depth would be quadratic.
  if (report.resource === report.root) referenced(value, contained, report);

  function rules(each: Record<string, unknown>, i: number): void {
    const { versionId, lastUpdated, security } = isObject(each['meta']) ? each['meta'] : {};
    if (each['contained'] !== undefined) broken('dom-2', i, 'SHALL NOT contain nested resources');
    if (versionId !== undefined || lastUpdated !== undefined) {
      broken('dom-4', i, 'SHALL NOT have a meta.versionId or a meta.lastUpdated');
    }
    if (security !== undefined) broken('dom-5', i, 'SHALL NOT have a security label');
  }

  function broken(key: string, i: number, text: string): void {
    report.error('invariant', `${key}: contained[${i}]: a contained resource ${text}`);
  }
}

/** dom-3: each is referred to from elsewhere in the resource, or refers to it itself. */
function referenced(resource: Record<string, unknown>, contained: unknown[], report: Report): void {
  const referred = localReferences(resource);
  for (const [i, each] of contained.entries()) {
    if (!isObject(each)) continue;
    if (referred.has(`#${each['id']}`) || localReferences(each).has('#')) continue;
    const said = `dom-3: contained[${i}] (${quote(each['id'])}) is not referred to in the resource`;
    report.error('invariant', said);
  }
}

/** All strings in the value that start with #, as local references and canonicals do. */
function localReferences(value: unknown, depth = 0, found = new Set<string>()): Set<string> {
  if (typeof value === 'string') {
    if (value.charCodeAt(0) === 35) found.add(value);
  } else if (typeof value === 'object' && value !== null && depth < WALK_MAX) {
    const children = Array.isArray(value) ? value : Object.values(value);
    for (const child of children) localReferences(child, depth + 1, found);
  }
  return found;
}

/** Arrays and objects: two for each element that the validator follows. */
const WALK_MAX = 2 * DEPTH_MAX;
