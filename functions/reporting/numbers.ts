/** Formats numbers for people, the same in page, terminal and print. */
import type { DayReport, Ends } from '../../core/report/day-report.ts';

const whole = new Intl.NumberFormat('en-US');
const percent = new Intl.NumberFormat('en-US', { style: 'percent', maximumFractionDigits: 2 });

export const count = (n: number) => whole.format(n);

/** `1 incident`, `2 incidents`. */
export const counted = (n: number, what: string) => `${count(n)} ${what}${n === 1 ? '' : 's'}`;

/** After the first of several: ` and 2 more`. */
export const andMore = (n: number) => (n > 1 ? ` and ${count(n - 1)} more` : '');

export const share = (part: number, total: number) =>
  total === 0 ? '–' : percent.format(part / total);

export const endsTotal = (ends: Readonly<Ends>) =>
  ends.stored + ends.rejected + ends['dead-lettered'];

/** Three digits at most, because a percentile is not more exact. */
export function duration(ms: number | undefined): string {
  if (ms === undefined) return '–';
  const units = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1_000, 's'],
  ] as const;
  const [size, unit] = units.find(([least]) => ms >= least) ?? [1, 'ms'];
  return `${Number((ms / size).toPrecision(3))} ${unit}`;
}

const ofDay = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone: 'UTC' });
const ofTime = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'UTC' });

/** `Tuesday 24 November 2026`. */
export const longDay = (day: string) => ofDay.format(new Date(`${day}T00:00:00Z`));
export const timeOf = (at: number) => ofTime.format(at);

/** The day in a sentence or two. */
export function headline({ ends, incidents, rows }: DayReport): string {
  const total = endsTotal(ends);
  if (total === 0 && incidents.length === 0) return 'Nothing ended on this day.';
  const sources = new Set(rows.map(({ source }) => source)).size;
  const open = incidents.filter(({ status }) => status !== 'resolved').length;
  const what =
    incidents.length === 0
      ? 'No incidents.'
      : `${counted(incidents.length, 'incident')}${open > 0 ? `, ${open} not over` : ', over'}.`;
  return `${counted(total, 'message')} of ${counted(sources, 'source')} ended, ${share(ends.stored, total)} of them stored. ${what}`;
}
