/**
 * Rules for contained resources (dom-2 to dom-5, unique ids), and the warning for a missing
 * narrative (dom-6).
 */
import { isObject, plainText } from '../runtime/object.ts';
import { quote } from '../runtime/quote.ts';
import type { Report } from '../runtime/report.ts';

export function domainResource(text: unknown, contained: unknown, report: Report): void {
  if (!isObject(text) || text['div'] === undefined) {
    const said = 'dom-6: A resource should have narrative for robust management';
    report.warning('dom-6', 'invariant', said);
  }
  if (contained === undefined || !Array.isArray(contained)) return;
  for (const [i, each] of contained.entries()) if (isObject(each)) rules(each, i, report);
  uniqueIds(contained, report);
  // Only now have all elements under the root been visited.
  if (report.resource === report.root) referenced(contained, report);
}

function rules(each: Record<string, unknown>, i: number, report: Report): void {
  const { versionId, lastUpdated, security } = isObject(each['meta']) ? each['meta'] : {};
  if (each['contained'] !== undefined) broken('dom-2', 'SHALL NOT contain nested resources');
  if (versionId !== undefined || lastUpdated !== undefined) {
    broken('dom-4', 'SHALL NOT have a meta.versionId or a meta.lastUpdated');
  }
  if (security !== undefined) broken('dom-5', 'SHALL NOT have a security label');

  function broken(key: string, text: string): void {
    report.broken(key, `contained[${i}]: a contained resource ${text}`);
  }
}

/** `#id` must identify one resource: https://hl7.org/fhir/R4/references.html#contained */
function uniqueIds(contained: unknown[], report: Report): void {
  if (contained.length < 2) return;
  const first = new Map<unknown, number>();
  for (const [i, each] of contained.entries()) {
    const id = isObject(each) ? each['id'] : undefined;
    if (typeof id !== 'string') continue;
    const before = first.get(id);
    if (before === undefined) {
      first.set(id, i);
    } else {
      const said = `The id ${quote(id)} is also the id of contained[${before}]`;
      report.error('fhir-r4/contained-id', 'business-rule', said, `contained[${i}]`);
    }
  }
}

/**
 * dom-3: the resource refers to each contained resource, or the contained resource refers to its
 * container.
 */
function referenced(contained: unknown[], report: Report): void {
  const { locals } = report;
  for (const [i, each] of contained.entries()) {
    if (!isObject(each) || locals?.has(each)) continue;
    if (each['id'] !== undefined && locals?.has(`#${plainText(each['id'])}`)) continue;
    const said = `contained[${i}] (${quote(each['id'])}) is not referred to in the resource`;
    report.broken('dom-3', said);
  }
}
