/** Quarantine in words, for a terminal. */

import type { QuarantineRecord } from '../../aws/quarantine-entries.ts';
import { roundOf } from '../../core/attempt/attempts.ts';
import { printable, printableLines } from '../../terminal/printable.ts';
import { formatTime } from '../format-time.ts';
import { howMany } from '../how-many.ts';
import type { Overview } from './groups.ts';
import { codedIssues } from './issues.ts';

type Described = Omit<QuarantineRecord, 'body'>;

/** A table, one row for each fingerprint. */
export function describeOverview({ groups, interrupted }: Overview, now: number): string {
  const rows = groups.map(({ fingerprint, count, first, last, kind, ...group }) => [
    fingerprint,
    String(count),
    kind,
    group.lanes.join(','),
    firstOf(group.sources),
    formatTime(first, now),
    formatTime(last, now),
    String(group.redrives),
    group.example,
  ]);
  const head = [
    ...['FINGERPRINT', 'COUNT', 'KIND', 'LANE', 'SOURCE', 'FIRST', 'LAST', 'REDRIVES', 'EXAMPLE'],
  ];
  const lines = aligned([head, ...rows]);
  const withReasons = lines.flatMap((line, row) => {
    const reason = groups[row - 1]?.reason;
    return reason === undefined ? [line] : [line, `    ${printable(reason)}`];
  });
  const total = groups.reduce((sum, { count }) => sum + count, 0);
  const tail =
    total === 0
      ? ['Nothing is quarantined.']
      : [`${total} quarantined, for ${howMany(groups.length, 'reason')}`];
  if (interrupted > 0) {
    tail.push(
      `${interrupted} marked by a redrive of an older version that was interrupted: redrive --all continues it`,
    );
  }
  return (groups.length > 0 ? [...withReasons, ...tail] : tail).join('\n');
}

/** Producers may invent names by the thousand. */
function firstOf([first = '-', ...others]: readonly string[]): string {
  return others.length === 0 ? first : `${first} +${others.length}`;
}

function aligned(cells: readonly (readonly string[])[]): string[] {
  const rows = cells.map((row) => row.map(printable));
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Everything known of one entry, without PHI: its outcome by codes and places. */
export function describeEntry(entry: Described, now: number): string {
  const { file, line } = entry;
  const place = file === undefined ? '-' : `${file}${line === undefined ? '' : `:${line}`}`;
  const rows = [
    ['message', entry.pk],
    ['correlation', entry.correlationId ?? '-'],
    ['status', entry.status],
    ['kind', [entry.kind, entry.crash].filter(Boolean).join(', ') || '-'],
    ['reason', entry.reason ?? '-'],
    ...(entry.problem === undefined ? [] : [['problem', entry.problem]]),
    ['fingerprint', entry.fingerprint ?? '-'],
    ['lane', entry.lane],
    ['source', entry.source],
    ...(entry.sender === undefined ? [] : [['refused sender', entry.sender]]),
    ['came from', place],
    ['submitted', formatTime(entry.sentAt, now)],
    ['quarantined', formatTime(entry.quarantinedAt, now)],
    ['redrives', String(entry.redrives)],
    ['round', String(roundOf(entry))],
    ...(entry.original === undefined ? [] : [['original', entry.original.key]]),
    ...(entry.corrections ?? []).map(({ at, by, why, bodyS3 }) => [
      'corrected',
      `${formatTime(at, now)} by ${by}: ${why} (${bodyS3.key})`,
    ]),
    ...(entry.erasure === undefined ? [] : [['erased', `by erasure ${entry.erasure}`]]),
  ];
  return [...aligned(rows), ...attempts(entry, now), ...rounds(entry, now), ...issues(entry)].join(
    '\n',
  );
}

function attempts(entry: Described, now: number): string[] {
  return entry.attempts.map((attempt, index) => {
    const { requestId, startedAt, crash, reason } = attempt;
    const end = endOf(attempt, index === entry.attempts.length - 1, entry, now);
    const why = [crash, reason].filter(Boolean).join(': ');
    return printable(
      `attempt ${index + 1}  ${formatTime(startedAt, now)}  ${end}  ${why}  request ${requestId}`,
    );
  });
}

/** The last attempt of a round may have ended with the verdict, which is recorded instead. */
function endOf(
  { ended }: Described['attempts'][number],
  isLast: boolean,
  { status, kind }: Described,
  now: number,
): string {
  if (ended !== undefined) return `ended ${formatTime(ended, now)}`;
  if (isLast && status === 'in-isolation') return 'under way, or its environment died';
  const hasVerdict = status === 'stored' || (status === 'quarantined' && kind === 'rejection');
  return isLast && hasVerdict ? 'ended with the verdict' : 'no end: its environment died';
}

function rounds({ rounds: past, redrive, discard }: Described, now: number): string[] {
  const time = (at: number) => formatTime(at, now);
  const lines = past.map(({ quarantinedAt, kind, reason, redrivenAt, by, why }) => {
    const because = why === undefined ? '' : ` (${why})`;
    return printable(
      `earlier    ${time(quarantinedAt)} ${kind}: ${reason}; redriven ${time(redrivenAt)} by ${by}${because}`,
    );
  });
  if (redrive !== undefined && redrive.sentAt === undefined) {
    const { at, by } = redrive;
    lines.push(
      printable(
        `redrive    ${time(at)} by ${by}, not known to have sent: redrive it again unless it is still running`,
      ),
    );
  }
  if (discard !== undefined) {
    const { at, by, why = '' } = discard;
    lines.push(printable(`discarded  ${time(at)} by ${by} ${why}`.trimEnd()));
  }
  return lines;
}

function issues(entry: Described): string[] {
  const coded = codedIssues(entry);
  if (coded === undefined)
    return entry.outcome === undefined ? [] : ['outcome    only with --reveal'];
  return coded.map(({ severity, code, expression = [], rule = '' }) =>
    printable(`issue      ${severity}  ${code}  ${expression.join(', ')}  ${rule}`.trimEnd()),
  );
}

/** What the outcome says: it may quote the resource. */
export function describeOutcome({ outcome: text }: Pick<Described, 'outcome'>): string[] {
  if (text === undefined) return [];
  return ['outcome', printableLines(pretty(text))];
}

/** For a failed delivery it is the server's answer, which need not be JSON. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
