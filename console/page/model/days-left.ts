/** Legal deadlines are days, so this counts whole days. */
const DAY_MS = 86_400_000;

/** @param day `YYYY-MM-DD`; returns undefined for anything else, as in old records */
export function daysLeft(day: string, now: number): number | undefined {
  const end = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(end)) return undefined;
  return Math.round((end - Math.floor(now / DAY_MS) * DAY_MS) / DAY_MS);
}

export function inDays(left: number): string {
  if (left < 0) return `over since ${-left === 1 ? 'yesterday' : `${-left} days`}`;
  if (left === 0) return 'today';
  return left === 1 ? 'tomorrow' : `in ${left} days`;
}
