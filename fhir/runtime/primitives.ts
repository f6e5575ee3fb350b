/**
 * One function a primitive type: checks the value and reports. Called by the generated code with
 * the step that leads to the value; an array's item is called with an empty one.
 */
import { isBase64, isCode, isId, isString, isUri } from './characters.ts';
import { isDate, isDateTime, isInstant, isTime } from './dates.ts';
import { quote, type Report } from './report.ts';
import { isOid, isUuid, urnProblem } from './urns.ts';

const INT32 = 2 ** 31;

export function boolean(value: unknown, report: Report, step: string): void {
  if (typeof value !== 'boolean') wrong('boolean', value, report, step, 'true or false, unquoted');
}

export function integer(value: unknown, report: Report, step: string): void {
  report.integers++;
  if (typeof value !== 'number' || (value | 0) !== value) {
    wrong('integer', value, report, step, 'a whole number of 32 bits');
  }
}

export function unsignedInt(value: unknown, report: Report, step: string): void {
  report.integers++;
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) >= INT32) {
    wrong('unsignedInt', value, report, step, 'a whole number of 0 to 2147483647');
  }
}

export function positiveInt(value: unknown, report: Report, step: string): void {
  report.integers++;
  if (!Number.isInteger(value) || (value as number) < 1 || (value as number) >= INT32) {
    wrong('positiveInt', value, report, step, 'a whole number of 1 to 2147483647');
  }
}

export function decimal(value: unknown, report: Report, step: string): void {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    wrong('decimal', value, report, step, 'a finite number, unquoted');
  }
}

export function string(value: unknown, report: Report, step: string): void {
  if (!isString(value)) {
    wrong('string', value, report, step, 'text of 1 to 1048576 characters, no control characters');
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
  if (value.charCodeAt(0) === 35) report.local(value);
  const problem = urnProblem(value);
  if (problem) report.error('value', `${quote(value)} is not a valid uri: ${problem}`, step);
}

export const url = uri;
/** The specification's own examples name canonicals by relative urls too, so nothing more is asked. */
export const canonical = uri;

export function oid(value: unknown, report: Report, step: string): void {
  if (!isOid(value)) wrong('oid', value, report, step, 'urn:oid: and a dotted number');
}

export function uuid(value: unknown, report: Report, step: string): void {
  if (!isUuid(value)) wrong('uuid', value, report, step, 'urn:uuid: and a lower-case UUID');
}

export function base64Binary(value: unknown, report: Report, step: string): void {
  if (!isBase64(value)) {
    wrong('base64Binary', value, report, step, 'base64 as in RFC 4648, padded, no whitespace');
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

function wrong(type: string, value: unknown, report: Report, step: string, rule: string): void {
  const isShape = value === null || typeof value === 'object';
  report.error(
    isShape ? 'structure' : 'value',
    `${quote(value)} is not a valid ${type} (${rule})`,
    step,
  );
}
