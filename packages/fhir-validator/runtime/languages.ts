/**
 * Languages: their codes are tags of BCP 47, of which only the syntax is known here. R4 prefers some
 * languages and allows no other codes (`maxValueSet`).
 * https://hl7.org/fhir/R4/valueset-all-languages.html
 */
import { isObject } from './object.ts';
import { code as validCode } from './primitives.ts';
import { quote } from './quote.ts';
import type { Report } from './report.ts';
import type { MemberCheck } from './shapes.ts';

export const BCP_47 = 'urn:ietf:bcp:47';
const LENGTH_MAX = 100;
/** https://www.rfc-editor.org/rfc/rfc5646#section-2.1. No registered language has more than 3 letters. */
const TAG = new RegExp(
  '^(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?' +
    '(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*' +
    '(?:-x(?:-[a-z0-9]{1,8})+)?|x(?:-[a-z0-9]{1,8})+)$',
  'i',
);
/** Registered before the syntax: https://www.rfc-editor.org/rfc/rfc5646#section-2.2.8 */
const OLDER = /^(?:i-[a-z]{2,8}|en-gb-oed|sgn-(?:be-fr|be-nl|ch-de)|zh-min(?:-nan)?|cel-gaulish)$/i;

export function isLanguageTag(tag: string): boolean {
  return tag.length <= LENGTH_MAX && (TAG.test(tag) || OLDER.test(tag));
}

/** A code of a language. */
export function languageTag(value: unknown, report: Report, step: string): void {
  if (typeof value === 'string' && isLanguageTag(value)) return;
  const before = report.count;
  validCode(value, report, step);
  if (report.count > before || typeof value !== 'string') return;
  const said = `${quote(value)} is not a language tag of BCP 47, such as en or en-US`;
  report.error('fhir-r4/language', 'code-invalid', said, step);
}

/** If a language has codings, one of them must be of BCP 47. */
export const languageConcept: MemberCheck = (value, report, step) => {
  const codings = isObject(value) ? value['coding'] : undefined;
  if (!Array.isArray(codings) || codings.some(isOfLanguages)) return;
  const said = 'No coding is a language of urn:ietf:bcp:47';
  report.error('fhir-r4/language', 'code-invalid', said, step);
};

/** Without a system, it may be one. */
function isOfLanguages(coding: unknown): boolean {
  if (!isObject(coding)) return true;
  return coding['system'] === BCP_47 || coding['system'] === undefined;
}
