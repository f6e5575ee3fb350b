/** The game day's results as a table, in the order of the template. */
import type { AlarmPlan } from './alarms.ts';
import { sourceOf } from './readings.ts';
import type { Result } from './run.ts';

const HEAD = ['ALARM', 'CONDITION PROVOKED', 'METRIC', 'BEFORE', 'AFTER', 'LIMIT', 'MOVED'];
const number = (value: number) => String(Math.round(value * 10) / 10);

function cellsOf({ alarm, condition, before, after, moved }: Result): string[] {
  const rings = after >= alarm.threshold ? ', over the limit' : '';
  return [
    ...[alarm.name, condition, sourceOf(alarm), number(before), number(after)],
    ...[number(alarm.threshold), moved ? `yes${rings}` : 'NO'],
  ];
}

/** One line, while the game day goes on. */
export function rowOf(result: Result): string {
  const [name, condition, , before, after, , moved] = cellsOf(result);
  return `${name}: ${condition}: ${before} -> ${after}: ${moved}`;
}

export function describe(alarms: readonly AlarmPlan[], results: readonly Result[]): string {
  const ordered = alarms.flatMap((alarm) => results.filter((result) => result.alarm === alarm));
  const rows = [HEAD, ...ordered.map(cellsOf)];
  const widths = HEAD.map((_, n) => Math.max(...rows.map((row) => row[n]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join('  '));
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}
