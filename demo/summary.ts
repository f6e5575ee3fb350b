/** The result of a run, for people and for programs. */
import type { IncidentItem } from './tables.ts';

/** The object that `--json` prints. */
export interface Summary {
  readonly submitted: number;
  readonly stored: number;
  readonly rejected: number;
  readonly deadLettered: number;
  readonly lost: number;
  readonly duplicates: number;
  readonly incidents: number;
  readonly pages: number;
  readonly elapsedMs: number;
  /** If there is a stand-in FHIR server: the resources that it has. */
  readonly delivered?: number;
}

export interface Run {
  readonly summary: Summary;
  readonly incidents: readonly IncidentItem[];
  /** Input that never became a message. */
  readonly unsent: number;
  /** Messages that stood still in the queues, if the run ended because of that. */
  readonly stalled?: number;
}

/** Whether every message, and all of the input, is accounted for exactly once. */
export function isAccountedFor({ summary, unsent, stalled }: Run): boolean {
  const { submitted, stored, rejected, deadLettered, lost, duplicates } = summary;
  const ended = stored + rejected + deadLettered;
  return (
    ended === submitted && lost === 0 && duplicates === 0 && unsent === 0 && stalled === undefined
  );
}

export function describeRun(run: Run): string {
  const { summary, incidents, unsent, stalled } = run;
  const seconds = (summary.elapsedMs / 1000).toFixed(1);
  const rate = Math.round((summary.submitted * 1000) / Math.max(1, summary.elapsedMs));
  const rows: [string, number, string][] = [
    ['submitted', summary.submitted, `through in ${seconds} s, ${rate} a second`],
    ['stored', summary.stored, 'valid; in the table Resources'],
    ...delivered(summary),
    ['rejected', summary.rejected, 'invalid; each with its OperationOutcome in Quarantine'],
    ['dead-lettered', summary.deadLettered, 'crashed alone as often as allowed; in Quarantine'],
    ['lost', summary.lost, ''],
    ['duplicates', summary.duplicates, ''],
    ['incidents', summary.incidents, incidents.map(({ pk }) => `scope ${pk}`).join(', ')],
    [
      'pages',
      summary.pages,
      'to on-call: one an incident, and one for each other fault in it (found by the minute)',
    ],
  ];
  const lines = rows.map(([name, count, note]) =>
    `  ${name.padEnd(14)}${String(count).padStart(9)}  ${note}`.trimEnd(),
  );
  if (unsent > 0) lines.push(`  ${unsent} of the input could not be submitted (named above)`);
  if (stalled !== undefined) lines.push(`  gave up: ${stalled} messages did not leave the queues`);
  lines.push(isAccountedFor(run) ? '  Every message is accounted for.' : '  NOT ACCOUNTED FOR.');
  return lines.join('\n');
}

function delivered({ delivered: count, stored }: Summary): [string, number, string][] {
  if (count === undefined) return [];
  const note = count < stored ? ': `npm run cli -- delivery list` lists the others' : '';
  return [['delivered', count, `resources that the stand-in FHIR server has${note}`]];
}
