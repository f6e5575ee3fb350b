/** What an erasure found or did, for people; and what it cannot reach. */
import type { ErasureRecord } from '../../aws/erasures-table.ts';
import { howMany } from '../how-many.ts';
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
          `Patient/${id} of ${source}: erased, everything sent up to ${new Date(record.at).toISOString()}`,
          `  ${'erasure'.padEnd(12)} ${record.number}, in the audit log as ${record.patient}`,
        ];
  const inQueues = `${howMany(waiting, 'message')} in queues: refused on arrival if they name the patient`;
  return [
    ...begin,
    ...countLines(swept),
    `  ${'waiting'.padEnd(12)} ${inQueues}`,
    ...notReached(swept),
  ].join('\n');
}

export function describeReplay(erasures: number, swept: Swept, act: boolean): string {
  const said = act ? 'erased again' : 'what would be erased again';
  return [
    `${howMany(erasures, 'erasure')}: ${said}`,
    ...countLines(swept),
    ...notReached(swept),
  ].join('\n');
}

function countLines(swept: Swept): string[] {
  const { resources, entries, bodies } = swept;
  return [
    line('resources', resources, 'row of Resources', 'rows of Resources'),
    line('quarantine', entries, 'entry of Quarantine', 'entries of Quarantine'),
    line(
      'bodies',
      bodies,
      'version of an object in the bucket',
      'versions of objects in the bucket',
    ),
  ];
}

function line(
  name: string,
  { erased, before, shared, kept }: Tally,
  one: string,
  several: string,
): string {
  const more = [
    ...(before > 0 ? [`${before} erased before`] : []),
    ...(shared > 0 ? [`${howMany(shared, 'names', 'name')} other patients too`] : []),
    ...(kept > 0
      ? [`${kept} kept, because ${kept === 1 ? 'it names' : 'they name'} other patients too`]
      : []),
  ];
  const rest = more.length === 0 ? '' : ` (${more.join('; ')})`;
  return `  ${name.padEnd(12)} ${howMany(erased, one, several)}${rest}`;
}

/** Printed every time: the operator must know what is left to do. */
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
      ? [
          `  bodies       ${howMany(unreadable, 'version')} that S3 does not return: they will expire`,
        ]
      : []),
    ...(underWay > 0
      ? [
          `  hops         ${howMany(underWay, 'body', 'bodies')} under way, perhaps from another source: refused on arrival, then they expire`,
        ]
      : []),
    delivered.length === 0
      ? '  FHIR server  nothing stored now was delivered'
      : '  FHIR server  has these, or may have them: delete them there',
    ...delivered.map((each) => `    ${each}`),
  ];
}
