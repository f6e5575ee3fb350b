/** A day for a terminal: the same as the page, in columns. */
import type { DayReport } from '../../core/report/day-report.ts';
import {
  andMore,
  count,
  counted,
  duration,
  headline,
  longDay,
  timeOf,
} from '../../functions/reporting/numbers.ts';
import { printable } from '../../terminal/printable.ts';

const REASONS_SHOWN = 10;

export function describeDay(report: DayReport): string {
  const { day, rows, reasons, reasonsTotal, incidents } = report;
  const lines = [`${longDay(day)} (UTC)`, headline(report)];
  if (rows.length > 0) {
    const head = ['source', 'lane', 'stored', 'rejected', 'dead-lettered', 'p50', 'p95', 'p99'];
    const body = rows.map(({ source, lane, ends, p50, p95, p99 }) => [
      ...[printable(source), lane],
      ...[ends.stored, ends.rejected, ends['dead-lettered']].map(count),
      ...[p50, p95, p99].map(duration),
    ]);
    lines.push('', ...columns([head, ...body], [0, 1]));
  }
  if (reasons.length > 0) {
    const shown = reasons.slice(0, REASONS_SHOWN).map(({ count: n, verdict, why, ...row }) => {
      const prints = `${row.fingerprint}${andMore(row.fingerprints)}`;
      return [count(n), prints, verdict, printable(why)];
    });
    lines.push('', 'commonest reasons', ...columns(shown, [1, 2, 3]));
    const more = reasonsTotal - shown.length;
    if (more > 0) lines.push(`and ${counted(more, 'rarer reason')}`);
  }
  if (incidents.length > 0) lines.push('', 'incidents');
  for (const { incident, cause, openedAt, status, crashes, messages } of incidents) {
    const why =
      cause === 'crashes' ? `${crashes} crashes of ${counted(messages, 'message')}` : cause;
    lines.push(`${timeOf(openedAt)}  ${printable(incident)}, ${status}: ${why}`);
  }
  return lines.join('\n');
}

/** Columns of words are aligned left, those of numbers right. */
function columns(rows: readonly (readonly string[])[], words: readonly number[]): string[] {
  const widths = (rows[0] ?? []).map((_, n) => Math.max(...rows.map((row) => row[n]?.length ?? 0)));
  const aligned = (cell: string, n: number) =>
    words.includes(n) ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0);
  return rows.map((row) => row.map(aligned).join('  ').trimEnd());
}
