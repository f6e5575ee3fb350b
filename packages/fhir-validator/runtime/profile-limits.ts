/** Checks `minValue[x]` (sign 1) and `maxValue[x]` (sign -1) of profiles. */
import { isTime } from './dates.ts';
import { compareDates, compareQuantities } from './fhirpath-order.ts';
import { isObject } from './object.ts';
import { fault } from './profile-checks.ts';
import { quote } from './quote.ts';
import type { Report } from './report.ts';
import { inBaseUnits } from './ucum.ts';

export type Limit = { readonly value?: number; readonly code?: string; readonly unit?: string };

/** For numbers and dates. */
export function outOfRange(
  value: unknown,
  limit: string | number,
  sign: 1 | -1,
  report: Report,
  url: string,
): void {
  if (value === undefined || value === null) return;
  const order = typeof limit === 'number' ? numberOf(value) - limit : compareTexts(value, limit);
  reportBeyond(order, sign, String(limit), report, url);
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}

function compareTexts(value: unknown, limit: string): number {
  return isTime(limit) ? compareTimes(value, limit) : compareDates(value, limit);
}

/** For times of a day. NaN if the value is not a time, which is an issue of its own. */
function compareTimes(value: unknown, limit: string): number {
  if (!isTime(value)) return Number.NaN;
  const [a, b] = [withoutZeros(value), withoutZeros(limit)];
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Drops the zeros at the end of a time's fraction. A loop, because a fraction has any length. */
function withoutZeros(time: string): string {
  if (!time.includes('.')) return time;
  let end = time.length;
  while (time.charAt(end - 1) === '0') end--;
  return time.slice(0, time.charAt(end - 1) === '.' ? end - 1 : end);
}

/** For quantities. Converts units: 100 mg is less than 10 g. */
export function outOfBounds(
  value: unknown,
  limit: Limit,
  sign: 1 | -1,
  report: Report,
  url: string,
): void {
  if (!isObject(value) || typeof value['value'] !== 'number') return;
  const shown = `${limit.value} ${limit.unit ?? limit.code ?? ''}`.trim();
  const isBare = limit.code === undefined && limit.unit === undefined;
  const order = isBare
    ? compareQuantities({ value: value['value'] }, { value: limit.value })
    : compareQuantities(value, limit);
  if (!Number.isNaN(order)) reportBeyond(order, sign, shown, report, url);
  else {
    const unit = quote(value['code'] ?? value['unit']);
    const said = `Profile ${url}: a value in ${unit} cannot be compared with the limit ${shown}`;
    report.warning('profile/range', 'incomplete', said);
  }
}

/**
 * For dates with a limit that is a duration: the limit is that long before now (sign 1) or after
 * now (sign -1).
 */
export function tooFar(
  value: unknown,
  limit: Limit,
  sign: 1 | -1,
  report: Report,
  url: string,
): void {
  const duration = inBaseUnits(limit.value ?? Number.NaN, limit.code ?? '');
  if (duration?.dimensions !== SECONDS) return;
  const bound = new Date((report.settings.now ?? Date.now()) - sign * duration.value * 1000);
  if (Number.isNaN(bound.getTime())) return;
  reportBeyond(compareDates(value, bound.toISOString()), sign, bound.toISOString(), report, url);
}

const SECONDS = 's,1';

/** Reports a value beyond its limit. An open order (NaN) is not an issue. */
function reportBeyond(
  order: number,
  sign: 1 | -1,
  limit: string,
  report: Report,
  url: string,
): void {
  if (Number.isNaN(order) || order * sign >= 0) return;
  const word = sign === 1 ? 'less' : 'more';
  fault(report, 'range', 'value', url, `the value is ${word} than ${limit}`);
}
