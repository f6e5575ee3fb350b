/**
 * Checks the links of a narrative: none may run a script, and local ones must have a target in the
 * resource.
 */
import { someBelow } from './below.ts';
import { isObject } from './object.ts';
import { quote } from './quote.ts';
import type { Report } from './report.ts';

const HASH = 35;

/** `links` are decoded. `anchors` are the ids and names in the narrative itself. */
export function checkLinks(
  links: readonly string[],
  anchors: ReadonlySet<unknown>,
  report: Report,
  step: string,
): void {
  for (const link of links) {
    if (isScript(link)) {
      const said = `The link ${quote(link)} is active content`;
      report.error('fhir-r4/narrative-script', 'invalid', said, step);
    }
    if (link.charCodeAt(0) !== HASH || link.length === 1) continue;
    report.local(link);
    const id = link.slice(1);
    if (anchors.has(id) || idsIn(report).has(id)) continue;
    const said = `The link ${quote(link)} leads to nothing in the resource`;
    report.error('fhir-r4/narrative-link', 'invalid', said, step);
  }
}

/**
 * Browsers ignore white space before a link and control characters in it, so these are ignored here
 * too.
 */
function isScript(link: string): boolean {
  return MAY_BE_SCRIPT.test(link) && SCRIPT.test(link.replace(CONTROL, ''));
}

/** Matches links whose scheme may be one that runs scripts. */
const MAY_BE_SCRIPT = /^[\0-\x20]*[jv]/i;
const CONTROL = /[\0-\x20]/g;
const SCRIPT = /^(?:javascript|vbscript):/i;

/** Ids of all elements and contained resources under the root. Collected once for each root. */
function idsIn(report: Report): ReadonlySet<unknown> {
  const { root } = report;
  const known = report.rootIds;
  if (known !== undefined && known.root === root) return known.ids;
  const ids = new Set<unknown>();
  const add = (each: unknown): boolean => {
    if (isObject(each) && each['id'] !== undefined) ids.add(each['id']);
    return false;
  };
  add(root);
  someBelow(root, add);
  report.rootIds = { root, ids };
  return ids;
}
