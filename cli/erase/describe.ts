/** What an erasure found or did, for people; and what it cannot reach. */
import type { ErasureRecord } from '../../aws/erasures-table.ts';
import type { Request } from './run.ts';
import type { Swept, Tally } from './sweep-run.ts';

export function describeErasure(
  { id, source }: Request,
  swept: Swept,
  waiting: number,
  record?: ErasureRecord,
): string {
  const begin =
    record === undefined
      ? [`Patient/${id} of ${source}: what would be erased`]
      : [
          `Patient/${id} of ${source}: erased, as sent up to ${new Date(record.at).toISOString()}`,
          `  ${'erasure'.padEnd(12)} ${record.number}, in the audit log as ${record.patient}`,
        ];
  const inQueues = `${waiting} messages in queues: refused when they arrive, where they name the patient`;
  return [
    ...begin,
    ...countLines(swept),
    `  ${'waiting'.padEnd(12)} ${inQueues}`,
    ...notReached(swept),
  ].join('\n');
}

export function describeReplay(erasures: number, swept: Swept, act: boolean): string {
  const said = act ? 'erased again' : 'what would be erased again';
  return [`${erasures} erasures: ${said}`, ...countLines(swept), ...notReached(swept)].join('\n');
}

function countLines(swept: Swept): string[] {
  const { resources, entries, bodies } = swept;
  return [
    line('resources', resources, 'rows of Resources'),
    line('quarantine', entries, 'entries of Quarantine'),
    line('bodies', bodies, 'versions of objects in the bucket'),
  ];
}

function line(name: string, { erased, before, shared, kept }: Tally, what: string): string {
  const more = [
    ...(before > 0 ? [`${before} erased before`] : []),
    ...(shared > 0 ? [`${shared} name other patients too`] : []),
    ...(kept > 0 ? [`${kept} kept, for they name other patients too`] : []),
  ];
  const rest = more.length === 0 ? '' : ` (${more.join('; ')})`;
  return `  ${name.padEnd(12)} ${erased} ${what}${rest}`;
}

/** Said each time: whoever erases must know what is left to do. */
function notReached({
  delivered,
  unreadable,
  underWay,
}: Pick<Swept, 'delivered' | 'unreadable' | 'underWay'>) {
  return [
    'not reached, and why',
    '  backups      point-in-time recovery holds 35 days of each table: run `erase replay` after a restore',
    '  audit log    locked for 6 years: it holds a keyed hash of the patient, and no content',
    '  logs, trail  CloudWatch and CloudTrail hold no content; CloudTrail holds keys of objects',
    ...(unreadable > 0
      ? [`  bodies       ${unreadable} versions that S3 does not hand out; they expire`]
      : []),
    ...(underWay > 0
      ? [
          `  hops         ${underWay} bodies under way, perhaps of another source: refused on arrival, and they expire`,
        ]
      : []),
    delivered.length === 0
      ? '  FHIR server  nothing of it was delivered from what is stored now'
      : '  FHIR server  has these, or may have: delete them there',
    ...delivered.map((each) => `    ${each}`),
  ];
}
