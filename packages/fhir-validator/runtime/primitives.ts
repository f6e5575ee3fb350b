/**
 * One function for each primitive type: checks the value and reports issues. Generated code calls
 * it with the step that leads to the value, and with an empty step for an item of an array.
 */
import { isAbsolute } from '../rules/uris.ts';
import { isBase64, isBlank, isCode, isId, isString, isUri } from './characters.ts';
import { isDate, isDateTime, isInstant, isTime } from './dates.ts';
import { withArticle } from './fhir-types.ts';
import { describe, quote } from './quote.ts';
import type { Report } from './report.ts';
import { isOid, isUuid, urnProblem } from './urns.ts';

const INT32 = 2 ** 31;

export function boolean(value: unknown, report: Report, step: string): void {
  if (typeof value !== 'boolean') wrong('boolean', value, report, step, 'true or false, unquoted');
}

export function integer(value: unknown, report: Report, step: string): void {
  report.integers++;
  if (step === '') report.hasIntegerList = true;
  if (typeof value !== 'number' || (value | 0) !== value) {
    wrong('integer', value, report, step, 'a whole number of 32 bits');
  }
}

export function unsignedInt(value: unknown, report: Report, step: string): void {
  report.integers++;
  if (step === '') report.hasIntegerList = true;
  const isWhole = Number.isInteger(value) && (value as number) >= 0 && (value as number) < INT32;
  // The type's regular expression has no sign. That of integer has, so -0 is an integer.
  if (!isWhole || Object.is(value, -0)) {
    wrong('unsignedInt', value, report, step, 'a whole number of 0 to 2147483647');
  }
}

export function positiveInt(value: unknown, report: Report, step: string): void {
  report.integers++;
  if (step === '') report.hasIntegerList = true;
  if (!Number.isInteger(value) || (value as number) < 1 || (value as number) >= INT32) {
    wrong('positiveInt', value, report, step, 'a whole number of 1 to 2147483647');
  }
}

export function decimal(value: unknown, report: Report, step: string): void {
  // The text may hold a number that no double can represent, such as 1E400. FHIR allows it.
  if (typeof value !== 'number' || (!Number.isFinite(value) && !report.isParsed)) {
    wrong('decimal', value, report, step, 'a number, unquoted');
  }
}

export function string(value: unknown, report: Report, step: string): void {
  if (!isString(value, report.isFreeOfControls)) {
    wrong('string', value, report, step, 'text of 1 to 1048576 characters, no control characters');
  } else if (isBlank(value)) {
    // The type's regular expression forbids it, but HL7's validator and therefore many servers
    // accept it.
    report.warning('fhir-r4/blank', 'value', 'The text is only white space', step);
  }
}

export function code(value: unknown, report: Report, step: string): void {
  if (!isCode(value)) {
    wrong('code', value, report, step, 'no whitespace but single spaces inside');
  }
}

export function id(value: unknown, report: Report, step: string): void {
  if (!isId(value)) wrong('id', value, report, step, '1 to 64 of A-Z, a-z, 0-9, "-" and "."');
}

export function uri(value: unknown, report: Report, step: string): void {
  if (!isUri(value)) {
    wrong('uri', value, report, step, 'a URI without whitespace');
    return;
  }
  if (value.charCodeAt(0) === HASH) report.local(value);
  const problem = urnProblem(value);
  if (problem) {
    const said = `${quote(value)} is not a valid uri: ${problem}`;
    report.error('fhir-r4/uri', 'value', said, step);
  }
}

export const url = uri;

/**
 * The url by which a definition is known: "an absolute URI that is used to identify this …". In a
 * contained resource it may be a fragment.
 */
export function ownUrl(value: unknown, report: Report, step: string): void {
  uri(value, report, step);
  if (!isUri(value) || value.charCodeAt(0) === HASH || isAbsolute(value)) return;
  const said = `The url ${quote(value)} must be absolute`;
  report.error('fhir-r4/url-absolute', 'value', said, step);
}

/** Absolute, or a fragment. Only a warning, because examples in the specification are relative. */
export function canonical(value: unknown, report: Report, step: string): void {
  uri(value, report, step);
  if (typeof value !== 'string' || value.charCodeAt(0) === HASH || isAbsolute(value)) return;
  const said = `The canonical ${quote(value)} is relative: it should be absolute`;
  report.warning('fhir-r4/canonical-absolute', 'value', said, step);
}

const HASH = 35;

export function oid(value: unknown, report: Report, step: string): void {
  if (!isOid(value)) wrong('oid', value, report, step, 'urn:oid: and a dotted number');
}

export function uuid(value: unknown, report: Report, step: string): void {
  if (!isUuid(value)) wrong('uuid', value, report, step, 'urn:uuid: and a lower-case UUID');
}

export function base64Binary(value: unknown, report: Report, step: string): void {
  if (!isBase64(value)) {
    const rule = 'base64 as in RFC 4648, padded, white space only between groups of four';
    wrong('base64Binary', value, report, step, rule);
  }
}

export function instant(value: unknown, report: Report, step: string): void {
  if (!isInstant(value)) {
    wrong('instant', value, report, step, 'YYYY-MM-DDThh:mm:ss with fraction if any, and zone');
  }
}

export function dateTime(value: unknown, report: Report, step: string): void {
  if (!isDateTime(value)) {
    wrong('dateTime', value, report, step, 'YYYY, YYYY-MM, YYYY-MM-DD or …Thh:mm:ss with zone');
  }
}

export function date(value: unknown, report: Report, step: string): void {
  if (!isDate(value)) wrong('date', value, report, step, 'YYYY, YYYY-MM or YYYY-MM-DD');
}

export function time(value: unknown, report: Report, step: string): void {
  if (!isTime(value)) wrong('time', value, report, step, 'hh:mm:ss with fraction if any');
}

export const markdown = string;

/** Reports a value of the right JSON type that breaks the rule, or a value of another JSON type. */
function wrong(type: string, value: unknown, report: Report, step: string, rule: string): void {
  const isShape = value === null || typeof value === 'object';
  const isKind = Number.isFinite(value) || typeof value !== 'number';
  const said =
    isKind && typeof value === (KINDS[type] ?? 'string')
      ? `${quote(value)} is not a valid ${type} (${rule})`
      : `Expected ${withArticle(type)} (${rule}), found ${describe(value)}`;
  report.error(`fhir-r4/${type}`, isShape ? 'structure' : 'value', said, step);
}

/** JSON type of each primitive type that is not a JSON string. */
const KINDS: Readonly<Record<string, string>> = {
  boolean: 'boolean',
  integer: 'number',
  unsignedInt: 'number',
  positiveInt: 'number',
  decimal: 'number',
};
