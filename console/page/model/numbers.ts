/** Numbers that are read at a glance: at most four characters, and a unit. */

const UNITS = ['', 'k', 'M', 'G'];

/** 0, 999, 1.2k, 34k, 5.6M. */
export function short(count: number): string {
  let value = Math.abs(count);
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const sign = count < 0 ? '−' : '';
  const digits = unit === 0 || value >= 9.95 ? Math.round(value) : value.toFixed(1);
  return `${sign}${digits}${UNITS[unit]}`;
}

/** All digits, with the viewer's separators. */
export const full = (count: number): string => new Intl.NumberFormat().format(count);

/** Messages per second. Small rates have one decimal, smaller ones are per minute. */
export function rate(perSecond: number): string {
  if (perSecond <= 0) return '0/s';
  if (perSecond < 0.05) return `${(perSecond * 60).toFixed(1)}/min`;
  return perSecond < 9.95 ? `${perSecond.toFixed(1)}/s` : `${short(perSecond)}/s`;
}

/** `1 crash`, `2 crashes`. */
export function howMany(count: number, one: string, many = `${one}s`): string {
  return `${full(count)} ${count === 1 ? one : many}`;
}

/** 0.5 is 50 %. A share above zero is never 0 %. */
export function percent(share: number): string {
  if (share > 0 && share < 0.005) return '<1 %';
  return `${Math.round(share * 100)} %`;
}
