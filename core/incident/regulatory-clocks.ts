/**
 * The last days for notices, if an incident turns out to be a breach of patients' data.
 *
 * Nobody knows that when it opens, but the clocks run from its discovery. So each critical incident carries
 * the last day of each:
 *
 * - HIPAA, 45 CFR 164.404(b): notice without unreasonable delay and no later than 60 calendar days after
 *   discovery. The day of discovery is day 0.
 * - LGPD Art. 48 with ANPD's resolution CD/ANPD 15/2024, Art. 6: three business days from knowledge. The
 *   first day does not count; business days are Monday to Friday except holidays.
 *
 * Days are those of the calendar's time zone: an hour after midnight in Greenwich it is still yesterday in
 * São Paulo, and the clock ends a day earlier.
 */

import assert from 'node:assert/strict';
import { DAY_MS, dayOf } from '../report/utc-day.ts';

export interface RegulatoryCalendar {
  /** IANA name, such as `America/Sao_Paulo`. */
  readonly timeZone: string;
  /** Holidays, `YYYY-MM-DD`, besides Saturdays and Sundays. */
  readonly holidays: readonly string[];
}

/** Last days, `YYYY-MM-DD`. */
export interface Clocks {
  readonly hipaaNoticeBy: string;
  readonly anpdNoticeBy: string;
}

const HIPAA_DAYS = 60;
const ANPD_BUSINESS_DAYS = 3;
/** 1 January 1970 was a Thursday. */
const EPOCH_WEEKDAY = 4;

/** The deadlines for a discovery at that time (epoch ms). */
export function clocksOf(discoveredAt: number, { timeZone, holidays }: RegulatoryCalendar): Clocks {
  const today = dateIn(timeZone, discoveredAt);
  const utcDay = Math.floor(discoveredAt / DAY_MS);
  // In every time zone the date is this one, the one before, or the one after.
  const day = [utcDay - 1, utcDay, utcDay + 1].find((each) => dateOf(each) === today);
  assert(day !== undefined);
  return {
    hipaaNoticeBy: dateOf(day + HIPAA_DAYS),
    anpdNoticeBy: dateOf(afterBusinessDays(day, ANPD_BUSINESS_DAYS, new Set(holidays))),
  };
}

function afterBusinessDays(day: number, count: number, holidays: ReadonlySet<string>): number {
  let last = day;
  for (let left = count; left > 0; ) {
    last += 1;
    const weekday = (last + EPOCH_WEEKDAY) % 7;
    if (weekday !== 0 && weekday !== 6 && !holidays.has(dateOf(last))) left -= 1;
  }
  return last;
}

/** The date of a day counted from 1 January 1970. */
const dateOf = (day: number) => dayOf(day * DAY_MS);

/** The locale is the one that writes dates as ISO 8601 does. */
function dateIn(timeZone: string, ms: number): string {
  const parts = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  return new Intl.DateTimeFormat('en-CA', { timeZone, ...parts }).format(ms);
}
