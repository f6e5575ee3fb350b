/**
 * FHIRPath's conversions: https://hl7.org/fhirpath/N1/#conversion. Undefined if the value cannot be
 * converted.
 */
import { isDate, isDateTime, isTime } from './dates.ts';
import { isObject, plainText } from './object.ts';

type Json = unknown;

const NUMBER = /^[+-]?[0-9]{1,400}(?:\.[0-9]{1,400})?$/;
const TRUE = ['true', 't', 'yes', 'y', '1', '1.0'];
const FALSE = ['false', 'f', 'no', 'n', '0', '0.0'];
const PARTIAL_TIME = /^([0-9]{2})(?::([0-9]{2}))?$/;

export function toDecimal(value: Json): number | undefined {
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'number') return value;
  return typeof value === 'string' && NUMBER.test(value) ? Number(value) : undefined;
}

export function toBoolean(value: Json): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  const word = text.toLowerCase();
  if (TRUE.includes(word)) return true;
  return FALSE.includes(word) ? false : undefined;
}

export function toDate(value: Json): string | undefined {
  const day = isDateTime(value) ? value.slice(0, DAY_LENGTH) : value;
  return isDate(day) ? day : undefined;
}

const DAY_LENGTH = 'YYYY-MM-DD'.length;

export function toDateTime(value: Json): string | undefined {
  return isDateTime(value) ? value : undefined;
}

export function toTime(value: Json): string | undefined {
  if (typeof value !== 'string') return undefined;
  const [, hour, minute = '00'] = PARTIAL_TIME.exec(value) ?? [];
  return isTime(hour === undefined ? value : `${hour}:${minute}:00`) ? value : undefined;
}

/** `5 'kg'`, `5 days`, or a number. */
export function toQuantity(value: Json): Record<string, Json> | undefined {
  if (isObject(value)) return value;
  const [, number, unit = '1', word] =
    typeof value === 'string' ? (QUANTITY.exec(value) ?? []) : ['', plainText(value)];
  const code = word === undefined ? unit : CALENDAR_UNITS.get(word);
  if (number === undefined || !NUMBER.test(number) || code === undefined) return undefined;
  return { value: Number(number), system: 'http://unitsofmeasure.org', code };
}

const QUANTITY = /^([+-]?[0-9.]{1,400})(?: ?'([^']{1,64})'| ?([a-z]{3,12}))?$/;

/** The words for units of time in FHIRPath, and their UCUM codes. */
export const CALENDAR_UNITS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    year: 'a',
    month: 'mo',
    week: 'wk',
    day: 'd',
    hour: 'h',
    minute: 'min',
    second: 's',
    millisecond: 'ms',
  }).flatMap(([word, code]) => [[word, code] as const, [`${word}s`, code] as const]),
);

/** `convertsToInteger()` and the like. Undefined for an empty value. */
export function converts<T>(value: Json, to: (value: Json) => T | undefined): boolean | undefined {
  return value === undefined || value === null ? undefined : to(value) !== undefined;
}
