/** Contained resources (dom-2 to dom-5) and the narrative that should be there (dom-6). */
import { isObject } from '../runtime/object.ts';
import { quote, type Report } from '../runtime/report.ts';

export function domainResource(value: Record<string, unknown>, report: Report): void {
  const text = value['text'];
  if (!isObject(text) || text['div'] === undefined) {
    report.warning('invariant', 'dom-6: A resource should have narrative for robust management');
  }
  const contained = value['contained'];
  if (contained === undefined || !Array.isArray(contained)) return;
  for (const [i, each] of contained.entries()) if (isObject(each)) rules(each, i);
  // Only the root has seen all there is.
  if (report.resource === report.root) referenced(contained, report);

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
function referenced(contained: unknown[], report: Report): void {
  const { locals } = report;
  for (const [i, each] of contained.entries()) {
    if (!isObject(each) || locals?.has(`#${each['id']}`) || locals?.has(each)) continue;
    const said = `dom-3: contained[${i}] (${quote(each['id'])}) is not referred to in the resource`;
    report.error('invariant', said);
  }
}
