/** A time as every command prints it: `2026-11-29 08:12:03Z (3 min ago)`. */

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const;

/** @param at epoch ms; `-` if there is none. */
export function formatTime(at: number | undefined, now: number): string {
  if (at === undefined) return '-';
  const time = new Date(at).toISOString().slice(0, 19).replace('T', ' ');
  return `${time}Z (${distance(at - now)})`;
}

/** Whole units, rounded down: `3 min ago`, `in 2 h`, `now`. */
function distance(ms: number): string {
  const unit = UNITS.find(([size]) => Math.abs(ms) >= size);
  if (unit === undefined) return 'now';
  const [size, name] = unit;
  const length = `${Math.floor(Math.abs(ms) / size)} ${name}`;
  return ms < 0 ? `${length} ago` : `in ${length}`;
}
