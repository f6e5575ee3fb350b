/** FHIRPath's arithmetic of dates and times: https://hl7.org/fhirpath/N1/#datetime-arithmetic */
import { daysIn } from './dates.ts';
import type { Report } from './report.ts';

const MOMENT =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?)?)?)?$/;

/** Milliseconds of each unit of fixed length. */
const FIXED: Readonly<Record<string, number>> = {
  wk: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  min: 60_000,
  s: 1000,
  ms: 1,
};
const MONTHS: Readonly<Record<string, number>> = { a: 12, mo: 1 };
const DAY_MS = 86_400_000;
const DAYS_OF_MONTH = 30;
const DAYS_OF_YEAR = 365;

/**
 * A date or a moment that is so much later, with the same precision. Undefined if it is no date, or
 * the unit no unit of time.
 */
export function later(date: unknown, amount: unknown, code: unknown): string | undefined {
  if (typeof date !== 'string' || typeof amount !== 'number' || typeof code !== 'string') {
    return undefined;
  }
  const found = MOMENT.exec(date);
  if (found === null) return undefined;
  // Fractions count of seconds only.
  const whole = code === 's' || code === 'ms' ? amount : Math.trunc(amount);
  const [, year, month, day] = found;
  const months = monthsIn(whole, code, month !== undefined, day !== undefined);
  if (months !== undefined) return afterMonths(found, months);
  const fixed = FIXED[code];
  if (fixed === undefined || year === undefined) return undefined;
  return afterTime(found, whole * fixed);
}

/** The whole months to add, if the unit or the precision of the date is one of months or years. */
function monthsIn(
  amount: number,
  code: string,
  hasMonth: boolean,
  hasDay: boolean,
): number | undefined {
  const months = MONTHS[code];
  const fixed = FIXED[code];
  if (months !== undefined) {
    const all = Math.trunc(amount * months);
    return hasMonth ? all : Math.trunc(all / 12) * 12;
  }
  if (hasDay || fixed === undefined) return undefined;
  const days = Math.trunc((amount * fixed) / DAY_MS);
  return hasMonth ? Math.trunc(days / DAYS_OF_MONTH) : Math.trunc(days / DAYS_OF_YEAR) * 12;
}

/** The last day of the month stands for days that it does not have. */
function afterMonths(of: RegExpExecArray, months: number): string | undefined {
  const [all, year, month = '1', day] = of;
  const count = Number(year) * 12 + Number(month) - 1 + months;
  const [newYear, newMonth] = [Math.floor(count / 12), (count % 12) + 1];
  if (newYear < 1 || newYear > 9999) return undefined;
  const start = digits(newYear, 4);
  if (of[2] === undefined) return start;
  if (day === undefined) return `${start}-${digits(newMonth, 2)}`;
  const newDay = Math.min(Number(day), daysIn(newYear, newMonth));
  return `${start}-${digits(newMonth, 2)}-${digits(newDay, 2)}${all.slice(DAY_LENGTH)}`;
}

const DAY_LENGTH = 'YYYY-MM-DD'.length;

/** Of the local time: its zone stays. */
function afterTime(of: RegExpExecArray, ms: number): string | undefined {
  const [all, , , , hour, , , fraction = '', zone = ''] = of;
  const isDay = hour === undefined;
  const local = isDay ? all : all.slice(0, SECOND_LENGTH);
  const by = isDay ? Math.trunc(ms / DAY_MS) * DAY_MS : ms;
  const within = fraction === '' ? 0 : Number(`0${fraction}`) * 1000;
  const moment = new Date(Date.parse(isDay ? local : `${local}Z`) + within + by);
  const text = Number.isNaN(moment.getTime()) ? '' : moment.toISOString();
  if (!/^\d{4}-/.test(text)) return undefined;
  if (isDay) return text.slice(0, DAY_LENGTH);
  const end = fraction === '' && ms % 1000 === 0 ? SECOND_LENGTH : SECOND_LENGTH + 4;
  return text.slice(0, end) + zone;
}

const SECOND_LENGTH = 'YYYY-MM-DDThh:mm:ss'.length;

function digits(value: number, length: number): string {
  return String(value).padStart(length, '0');
}

export function now({ settings }: Report): string {
  return new Date(settings.now ?? Date.now()).toISOString();
}

export function today(report: Report): string {
  return now(report).slice(0, DAY_LENGTH);
}

export function timeOfDay(report: Report): string {
  return now(report).slice(DAY_LENGTH + 1, -1);
}
