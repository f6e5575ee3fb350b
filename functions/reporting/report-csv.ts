/** A day as a table: a row for each source and lane, RFC 4180, latencies in ms. */
import type { DayReport } from '../../core/report/day-report.ts';

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

/**
 * Text is always quoted. A spreadsheet runs a text that begins like a formula, and producers choose their
 * names. Where the comma is the decimal separator a spreadsheet separates by semicolons, and then a formula
 * may begin in the middle of a text. So each such beginning is disarmed, and unusual characters become
 * spaces.
 */
function cell(value: string | number): string {
  if (typeof value === 'number' || value === '') return String(value);
  const plain = value.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, ' ');
  const text = plain.replaceAll(/(^|[;,|])([\s"']*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/g, "$1$2'");
  return `"${text.replaceAll('"', '""')}"`;
}
