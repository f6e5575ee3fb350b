/** A day as a table: a row for each source and lane, RFC 4180, latencies in ms. */
import type { DayReport } from '../../core/day-report.ts';

const COLUMNS = [
  ...['day', 'source', 'lane', 'stored', 'rejected', 'dead_lettered'],
  ...['p50_ms', 'p95_ms', 'p99_ms', 'longest_ms'],
];

export function csvOf({ day, rows }: DayReport): string {
  const lines = rows.map(({ source, lane, ends, p50, p95, p99, longest }) => [
    ...[day, source, lane, ends.stored, ends.rejected, ends['dead-lettered']],
    ...[p50, p95, p99, longest].map((ms) => (ms === undefined ? '' : Math.round(ms))),
  ]);
  return [COLUMNS, ...lines].map((line) => `${line.map(cell).join(',')}\r\n`).join('');
}

/** What begins like a formula would be run by a spreadsheet, and producers name themselves. */
function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
