/**
 * Compares dates and quantities. The result is NaN if precision, time zone or units leave the order
 * open, so that neither `<=` nor `>` is true (FHIRPath's empty).
 */

import { equal } from './fhirpath.ts';
import { isMeasure, UCUM } from './identity.ts';
import { inBaseUnits } from './ucum.ts';

const DATE =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?)?)?)?$/;

/** Maximum difference of local time from UTC: zones are from -12:00 to +14:00. */
const OFFSET_MAX_MS = 14 * 3_600_000;

/** Negative, zero or positive. NaN if the order is open, or if a side is not a date. */
export function compareDates(left: unknown, right: unknown): number {
  if (typeof left !== 'string' || typeof right !== 'string') return Number.NaN;
  if (left === right) return 0;
  const [a, b] = [DATE.exec(left), DATE.exec(right)];
  if (a === null || b === null) return Number.NaN;
  if (a[8] === b[8] && a[4] !== undefined && b[4] !== undefined) return compareTimes(a, b);
  if (a[4] === undefined && b[4] === undefined) return compareDays(left, right);
  return compareInstants(left, right, a[8] !== undefined, b[8] !== undefined);
}

/** For times in the same zone: compares digit by digit. Trailing zeros of fractions are ignored. */
function compareTimes(a: RegExpExecArray, b: RegExpExecArray): number {
  const [left, right] = [a, b].map((date) => date.slice(1, 7).join(''));
  if (left !== right) return (left ?? '') < (right ?? '') ? -1 : 1;
  return Number(`0.${a[7] ?? 0}`) - Number(`0.${b[7] ?? 0}`);
}

/**
 * For `<` and the like of FHIRPath. A date and a moment are in order if they are so by the moment's
 * day in UTC, as in HL7's validator, or by the day that it is written with.
 */
export function orderOfDates(left: unknown, right: unknown): number {
  const order = compareDates(left, right);
  if (!Number.isNaN(order) || typeof left !== 'string' || typeof right !== 'string') return order;
  const inUtc = compareDays(dayInUtc(left), dayInUtc(right));
  const days = inUtc || compareDays(left.slice(0, DAY_LENGTH), right.slice(0, DAY_LENGTH));
  // The order of a day and a moment of that day is open.
  return days || Number.NaN;
}

const DAY_LENGTH = 'YYYY-MM-DD'.length;

function dayInUtc(date: string): string {
  const moment = DATE.exec(date)?.[8] === undefined ? Number.NaN : secondOf(date);
  const day = Number.isNaN(moment) ? date : new Date(moment).toISOString();
  return day.slice(0, DAY_LENGTH);
}

/** For dates: compares the common parts. 2012 is neither before nor after 2012-05. */
function compareDays(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  const [a, b] = [left.slice(0, length), right.slice(0, length)];
  if (a !== b) return a < b ? -1 : 1;
  return left.length === right.length ? 0 : Number.NaN;
}

/** For different zones, or a date without zone: compares the spans of time that each may mean. */
function compareInstants(left: string, right: string, isZoned: boolean, isOtherZoned: boolean) {
  const [a, b] = [spanOf(left, isZoned), spanOf(right, isOtherZoned)];
  if (isZoned && isOtherZoned) return a.from - b.from || fractionOf(left) - fractionOf(right);
  if (a.to <= b.from) return -1;
  return b.to <= a.from ? 1 : Number.NaN;
}

/** A moment without its fraction of a second, or the first and last moments that it may be. */
function spanOf(date: string, isZoned: boolean): { from: number; to: number } {
  if (isZoned) return { from: secondOf(date), to: secondOf(date) };
  const from = secondOf(date.includes('T') ? `${date}Z` : date);
  return { from: from - OFFSET_MAX_MS, to: endOf(date, from) + OFFSET_MAX_MS };
}

/** Date.parse keeps milliseconds only, and has no leap second, which is when the next one begins. */
function secondOf(date: string): number {
  const whole = date.replace(/\.\d+/, '');
  const isLeap = whole.startsWith(':60', SECOND_AT);
  if (!isLeap) return Date.parse(whole);
  return Date.parse(`${whole.slice(0, SECOND_AT)}:59${whole.slice(SECOND_AT + 3)}`) + 1000;
}

const SECOND_AT = 'YYYY-MM-DDThh:mm'.length;

function fractionOf(date: string): number {
  return Number(/\.\d+/.exec(date)?.[0] ?? 0);
}

function endOf(date: string, from: number): number {
  const end = new Date(from);
  if (date.length === 4) return end.setUTCFullYear(end.getUTCFullYear() + 1);
  if (date.length === 7) return end.setUTCMonth(end.getUTCMonth() + 1);
  return date.length === 10 ? from + 86_400_000 : from;
}

/** For `!=`. Dates of different precision are neither equal nor different. */
export function areDifferentDates(left: unknown, right: unknown): boolean {
  const order = compareDates(left, right);
  return order < 0 || order > 0;
}

const TIME = /^(\d\d)(?::(\d\d)(?::(\d\d(?:\.\d+)?))?)?$/;

/** Negative, zero or positive. NaN if precision leaves the order open, or if a side is not a time. */
export function compareTimesOfDay(left: unknown, right: unknown): number {
  const [a, b] = [left, right].map((side) => (typeof side === 'string' ? TIME.exec(side) : null));
  if (a == null || b == null) return Number.NaN;
  for (const part of [1, 2, 3]) {
    const [one, other] = [a[part], b[part]];
    if (one === undefined || other === undefined) return one === other ? 0 : Number.NaN;
    if (Number(one) !== Number(other)) return Number(one) - Number(other);
  }
  return 0;
}

/** For `!=`. */
export function areDifferentTimesOfDay(left: unknown, right: unknown): boolean {
  const order = compareTimesOfDay(left, right);
  return order < 0 || order > 0;
}

interface Quantity {
  readonly value?: unknown;
  readonly system?: unknown;
  readonly code?: unknown;
  readonly unit?: unknown;
}

/** Compares the values if the units are equal or convertible. NaN otherwise. */
export function compareQuantities(left: unknown, right: unknown): number {
  if (typeof left !== 'object' || typeof right !== 'object' || !left || !right) return Number.NaN;
  const [a, b]: [Quantity, Quantity] = [left, right];
  if (typeof a.value !== 'number' || typeof b.value !== 'number') return Number.NaN;
  const isCoded = a.code !== undefined || b.code !== undefined;
  const isSameUnit = a.system === b.system && a.code === b.code && (isCoded || a.unit === b.unit);
  if (isSameUnit) return compareNumbers(a.value, b.value);
  if (a.system !== UCUM || b.system !== UCUM) return Number.NaN;
  if (typeof a.code !== 'string' || typeof b.code !== 'string') return Number.NaN;
  const [low, high] = [inBaseUnits(a.value, a.code), inBaseUnits(b.value, b.code)];
  if (!low || !high || low.dimensions !== high.dimensions) return Number.NaN;
  // Conversion factors are rounded, so nearly equal values are equal.
  const isNear = Math.abs(low.value - high.value) <= 1e-9 * Math.abs(high.value);
  return isNear ? 0 : compareNumbers(low.value, high.value);
}

/**
 * For `=`. Two quantities in UCUM are equal if their values are, after conversion, whatever the text
 * of their units. Others are not converted, so all their members count:
 * https://hl7.org/fhir/R4/fhirpath.html#quantity
 */
export function areEqualQuantities(left: unknown, right: unknown): boolean {
  return isMeasure(left) && isMeasure(right)
    ? compareQuantities(left, right) === 0
    : equal(left, right);
}

/** For `!=`. Quantities in UCUM that cannot be converted are neither equal nor different. */
export function areDifferentQuantities(left: unknown, right: unknown): boolean {
  if (!isMeasure(left) || !isMeasure(right)) return !equal(left, right);
  const order = compareQuantities(left, right);
  return order < 0 || order > 0;
}

/** Without subtraction, which is NaN for two numbers beyond the range of a double. */
function compareNumbers(left: number, right: number): number {
  return left === right ? 0 : left - right;
}
