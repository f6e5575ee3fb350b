/**
 * Days in UTC, such as `2026-11-24`: outcomes are kept and reported by day.
 *
 * A day begins at 00:00:00.000 and ends before the next begins. Epoch milliseconds know no leap seconds, so
 * all days have the same length. Source of the count of days: Howard Hinnant, "chrono-compatible low-level
 * date algorithms", https://howardhinnant.github.io/date_algorithms.html#days_from_civil
 */
export const DAY_MS = 24 * 3_600_000;

/** The last moment of the year 9999, epoch ms: no later one has a day. */
export const LAST_MOMENT = 253_402_300_799_999;

const format = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'UTC',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

/** The day of a moment in epoch ms. */
export function dayOf(at: number): string {
  return format.format(at);
}

/** Epoch ms of a day's first moment; undefined for a day that does not exist, such as `2026-02-30`. */
export function startOfDay(day: string): number | undefined {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day)?.map(Number) ?? [];
  if (year === undefined || month === undefined || date === undefined) return undefined;
  const start = daysFromCivil(year, month, date) * DAY_MS;
  return dayOf(start) === day ? start : undefined;
}

/** Days since 1970-01-01, for years from 0 on. */
function daysFromCivil(year: number, month: number, date: number): number {
  // If years begin in March, the leap day is their last day.
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + date - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return era * 146_097 + dayOfEra + dayOfYear - 719_468;
}
