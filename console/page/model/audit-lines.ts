/** The end of the audit log in a few lines. Equal facts in a row are one line with their number. */
import type { AuditView } from '../../contract/audit.ts';

export interface AuditLine {
  readonly sequence: number;
  /** Time of the newest. */
  readonly at: number;
  readonly kind: string;
  readonly who: string;
  readonly reason?: string | undefined;
  readonly times: number;
}

/** @param entries newest first */
export function auditLines(entries: readonly AuditView[], most: number): readonly AuditLine[] {
  const lines: AuditLine[] = [];
  for (const { sequence, at, kind, actor, component, reason } of entries) {
    const who = actor ?? component;
    const last = lines.at(-1);
    if (last?.kind === kind && last.who === who && last.reason === reason) {
      lines[lines.length - 1] = { ...last, times: last.times + 1 };
    } else {
      lines.push({ sequence, at, kind, who, reason, times: 1 });
    }
  }
  return lines.slice(0, most);
}

/** Milliseconds since 1970 from here on: nothing that is counted is as large. */
const TIMES_FROM = Date.UTC(2001, 8, 9);

/** What a fact is about, on one line; times for people. */
export function aboutLine(details: AuditView['details']): string {
  const said = ([name, value]: [string, string | number]) =>
    `${name} ${typeof value === 'number' && value >= TIMES_FROM ? new Date(value).toISOString() : value}`;
  return Object.entries(details).map(said).join(', ');
}
