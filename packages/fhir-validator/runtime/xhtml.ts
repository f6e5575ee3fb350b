/**
 * Checks narrative XHTML: well-formed, only what txt-1 allows, not empty (txt-2), local links with
 * a target. https://hl7.org/fhir/R4/narrative.html
 */
import { isString } from './characters.ts';
import { describe, quote } from './quote.ts';
import type { Report } from './report.ts';
import { checkLinks } from './xhtml-links.ts';
import { nameCodes } from './xhtml-names.ts';
import { decoded, REFERENCE_FAULT } from './xhtml-references.ts';
import { scanMarkup } from './xhtml-scan.ts';

const NAMESPACE = 'http://www.w3.org/1999/xhtml';

const ELEMENTS = new Set(
  (
    'p br div h1 h2 h3 h4 h5 h6 a span b em i strong small big tt dfn q var abbr acronym cite ' +
    'blockquote hr address bdo kbd sub sup ul ol li dl dt dd pre table caption colgroup col thead ' +
    'tr tfoot tbody th td code samp img map area'
  ).split(' '),
);

/** Elements with short names that need no check. */
const PLAIN = nameCodes([...ELEMENTS]);

const ATTRIBUTES = new Set(
  (
    'title style class id lang xml:lang xml:space dir accesskey tabindex span width align valign ' +
    'char charoff abbr axis headers scope rowspan colspan xmlns'
  ).split(' '),
);

/** Attributes with short names that need no check. */
const PLAIN_ATTRIBUTES = nameCodes(
  [...ATTRIBUTES].filter((name) => name !== 'id' && name !== 'xmlns'),
);

const OWN_ATTRIBUTES = new Set(
  (
    'a.href a.name a.charset a.type a.hreflang a.rel a.rev a.shape a.coords img.src img.border ' +
    'img.alt img.longdesc img.height img.width img.usemap img.ismap blockquote.cite q.cite ' +
    'map.name area.shape area.coords area.href area.nohref area.alt table.summary table.width ' +
    'table.border table.frame table.rules table.cellspacing table.cellpadding pre.space td.nowrap'
  ).split(' '),
);

/** Attributes whose value is a uri. */
const LINKS = new Set(['href', 'src', 'cite', 'longdesc']);
const LENGTH_MAX = 1024 * 1024;

export function xhtml(value: unknown, report: Report, step: string): void {
  if (!isString(value, report.isFreeOfControls)) {
    report.error('fhir-r4/narrative', 'value', textFault(value), step);
    return;
  }
  let anchors: Set<unknown> | undefined;
  let links: string[] | undefined;
  let hasContent = false;
  let hasNamespace = false;
  const fault = scanMarkup(value, {
    plain: PLAIN,
    plainAttributes: PLAIN_ATTRIBUTES,
    element(name, depth) {
      if (depth === 0) {
        if (name !== 'div') broken('txt-1', `the outermost element is ${quote(name)}, not div`);
      } else if (!ELEMENTS.has(name)) broken('txt-1', `the element ${quote(name)} is not allowed`);
    },
    attribute(element, name, content, depth) {
      if (name === 'xmlns') {
        if (depth === 0) hasNamespace = true;
        if (content === NAMESPACE) return;
        broken('txt-1', `the namespace is ${quote(content)}, not ${NAMESPACE}`);
        return;
      }
      if (!ATTRIBUTES.has(name) && !OWN_ATTRIBUTES.has(`${element}.${name}`)) {
        broken('txt-1', `the attribute ${quote(name)} is not allowed on ${quote(element)}`);
      }
      if (name === 'id' || name === 'name') {
        anchors ??= new Set();
        anchors.add(decoded(content));
      } else if (LINKS.has(name)) {
        links ??= [];
        links.push(decoded(content));
        if (name === 'src') hasContent = true;
      }
    },
    text() {
      hasContent = true;
    },
  });
  if (fault !== undefined) {
    const rule = fault.startsWith(REFERENCE_FAULT) ? 'narrative-entity' : 'narrative-xml';
    report.error(`fhir-r4/${rule}`, 'invalid', `Not well-formed XHTML: ${fault}`, step);
    return;
  }
  if (!hasNamespace) broken('txt-1', `the outermost element does not declare ${NAMESPACE}`);
  if (!hasContent) broken('txt-2', 'the narrative SHALL have some non-whitespace content');
  if (links) checkLinks(links, anchors ?? new Set(), report, step);

  function broken(key: string, text: string): void {
    report.broken(key, text, step);
  }
}

function textFault(value: unknown): string {
  if (typeof value !== 'string') return `Expected XHTML as text, found ${describe(value)}`;
  if (value.length > LENGTH_MAX) {
    return `The narrative has ${value.length} characters, ${LENGTH_MAX} are allowed`;
  }
  return value === '' ? 'The narrative is empty' : 'The narrative holds control characters';
}
