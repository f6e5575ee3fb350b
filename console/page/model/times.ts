/** Times from epoch ms: local time with UTC, time since, and time until. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The two largest units: `362 ms`, `3 s`, `2 m 05 s`, `4 h 10 m`, `2 d 3 h`. */
export function duration(ms: number): string {
  if (ms > 0 && ms < SECOND) return `${Math.round(ms)} ms`;
  const whole = Math.max(0, Math.floor(ms / SECOND)) * SECOND;
  if (whole < MINUTE) return `${whole / SECOND} s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} m ${two((whole % MINUTE) / SECOND)} s`;
  if (whole < DAY) {
    return `${Math.floor(whole / HOUR)} h ${two(Math.floor((whole % HOUR) / MINUTE))} m`;
  }
  return `${Math.floor(whole / DAY)} d ${Math.floor((whole % DAY) / HOUR)} h`;
}

/** As {@link duration}, without units that are zero: `5 min`, `1 min 30 s`, `24 h`. */
export function span(ms: number): string {
  const parts = [
    [Math.floor(ms / HOUR), 'h'],
    [Math.floor((ms % HOUR) / MINUTE), 'min'],
    [Math.floor((ms % MINUTE) / SECOND), 's'],
  ] as const;
  const given = parts.filter(([value]) => value > 0).map(([value, unit]) => `${value} ${unit}`);
  return given.join(' ') || '0 s';
}

export const ago = (at: number, now: number): string =>
  now - at < SECOND ? 'now' : `${duration(now - at)} ago`;

/** Countdown: `0:07`, `4:59`, `1:02:03`. `0:00` once it is over. */
export function countdown(until: number, now: number): string {
  const left = Math.max(0, Math.ceil((until - now) / SECOND));
  const [hours, minutes, seconds] = [
    Math.floor(left / 3600),
    Math.floor((left % 3600) / 60),
    left % 60,
  ];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

interface Spelled {
  /** `14:03:07`, with the date if it is not the day of `now`. */
  readonly local: string;
  /** `13:03:07Z`, with the date if `local` has one or if it differs. */
  readonly utc: string;
  /** For `<time datetime>`. */
  readonly iso: string;
}

/** @param zone an IANA name; undefined: the viewer's own */
export function spelled(at: number, now: number, zone?: string): Spelled {
  const isToday = dayIn(at, zone) === dayIn(now, zone);
  const local = isToday ? clockIn(at, zone) : `${dayIn(at, zone)} ${clockIn(at, zone)}`;
  const isSameDay = dayIn(at, 'UTC') === dayIn(at, zone);
  const utc = `${isToday && isSameDay ? '' : `${dayIn(at, 'UTC')} `}${clockIn(at, 'UTC')}Z`;
  return { local, utc, iso: new Date(at).toISOString() };
}

const FORMATS = new Map<string, Intl.DateTimeFormat>();

/** Creating a format takes as long as a hundred uses. */
function format(key: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const known = FORMATS.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-CA', options);
  FORMATS.set(key, made);
  return made;
}

function inZone(zone: string | undefined): { timeZone?: string } {
  return zone === undefined ? {} : { timeZone: zone };
}

/** This locale writes dates as ISO 8601 does. */
function dayIn(at: number, zone: string | undefined): string {
  const parts = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  return format(`day ${zone}`, { ...parts, ...inZone(zone) }).format(at);
}

function clockIn(at: number, zone: string | undefined): string {
  const parts = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
  return format(`clock ${zone}`, { ...parts, hourCycle: 'h23', ...inZone(zone) }).format(at);
}

const two = (value: number): string => String(value).padStart(2, '0');
