/**
 * date, dateTime, instant and time, with valid calendar days:
 * https://hl7.org/fhir/R4/datatypes.html
 */
import { isDigit } from './characters.ts';

const DASH = 45;
const COLON = 58;
const DOT = 46;
const PLUS = 43;
const T = 84;
const Z = 90;

export function isDate(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 10 && dateEnd(value) === value.length;
}

/** A date, or a full date with a time (at least hours, minutes and seconds) and a zone. */
export function isDateTime(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const end = dateEnd(value);
  if (end === value.length) return true;
  return end === 10 && value.charCodeAt(10) === T && isZone(value, timeEnd(value, 11));
}

export function isInstant(value: unknown): value is string {
  return typeof value === 'string' && value.length > 10 && isDateTime(value);
}

export function isTime(value: unknown): value is string {
  return typeof value === 'string' && value.length >= 8 && timeEnd(value, 0) === value.length;
}

/** End of the YYYY, YYYY-MM or YYYY-MM-DD at the start. -1 if it is not a date. */
function dateEnd(text: string): number {
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  if (!(year > 0)) return -1;
  if (text.charCodeAt(4) !== DASH) return 4;
  const month = twoDigits(text, 5);
  if (!(month >= 1 && month <= 12)) return -1;
  if (text.charCodeAt(7) !== DASH) return 7;
  const day = twoDigits(text, 8);
  return day >= 1 && day <= daysIn(year, month) ? 10 : -1;
}

export function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** End of the hh:mm:ss(.s+)? at `from`. -1 if it is not a time. Second 60 is a leap second. */
function timeEnd(text: string, from: number): number {
  if (!(twoDigits(text, from) <= 23) || text.charCodeAt(from + 2) !== COLON) return -1;
  if (!(twoDigits(text, from + 3) <= 59) || text.charCodeAt(from + 5) !== COLON) return -1;
  if (!(twoDigits(text, from + 6) <= 60)) return -1;
  let end = from + 8;
  if (text.charCodeAt(end) !== DOT) return end;
  const fraction = ++end;
  while (isDigit(text.charCodeAt(end))) end++;
  return end > fraction ? end : -1;
}

/** Z, or an offset of up to 14 hours. */
function isZone(text: string, from: number): boolean {
  if (from < 0) return false;
  const sign = text.charCodeAt(from);
  if (sign === Z) return text.length === from + 1;
  if ((sign !== PLUS && sign !== DASH) || text.length !== from + 6) return false;
  const hours = twoDigits(text, from + 1);
  const minutes = twoDigits(text, from + 4);
  if (text.charCodeAt(from + 3) !== COLON) return false;
  return (hours <= 13 && minutes <= 59) || (hours === 14 && minutes === 0);
}

/** The number that two digits make. NaN for other characters: every comparison with it fails. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at);
  const ones = text.charCodeAt(at + 1);
  return isDigit(tens) && isDigit(ones) ? tens * 10 + ones - 528 : Number.NaN;
}
