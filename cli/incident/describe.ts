import { type Incident, incidentKey, type Said } from '../../core/incident/incident.ts';
import { printable } from '../../terminal/printable.ts';
import { formatTime } from '../format-time.ts';
import { howMany } from '../how-many.ts';

export function describeIncidents(
  incidents: readonly Incident[],
  now: number,
  all = false,
): string {
  if (incidents.length === 0) return all ? 'No incident yet.' : 'No incident is open.';
  const lines = incidents.map((incident) => {
    const { status, openedAt, acknowledged, resolved } = incident;
    const said = resolved ?? acknowledged;
    const by = said ? ` by ${said.by}: ${said.why}` : '';
    const key = incidentKey(incident);
    return `${key.padEnd(24)} ${status.padEnd(13)}opened ${formatTime(openedAt, now)}  ${counts(incident)}${by}`;
  });
  return lines.map(printable).join('\n');
}

export function describeIncident(incident: Incident, stage: string, now: number): string {
  const { cause, why, kinds, fingerprints, lanes, clocks, done, status } = incident;
  const key = incidentKey(incident);
  const time = (at: number) => formatTime(at, now);
  const word = (said: Said | undefined) =>
    said ? `by ${said.by}, ${time(said.at)}: ${said.why}` : '';
  const facts: [string, string][] = [
    ['incident', key],
    ['status', status],
    ['cause', why === undefined ? cause : `${cause}: ${why}`],
    ['opened', time(incident.openedAt)],
    ['crashes', counts(incident)],
    ['kinds', list(Object.entries(kinds).map(([kind, count]) => `${count} ${kind}`))],
    ['lanes', list(lanes)],
    ['first crash', time(incident.firstCrashAt)],
    ['last crash', time(incident.lastCrashAt)],
    ...fingerprints.map((top): [string, string] => [
      'fingerprint',
      `${top.fingerprint}: ${top.crashes}`,
    ]),
    ...(incident.others ?? []).map((other): [string, string] => [
      'another fault',
      `${other.fault}: ${other.crashes} crashes (${other.kind}), found ${time(other.at)}`,
    ]),
    ['acknowledged', word(incident.acknowledged)],
    ['resolved', word(incident.resolved)],
    ...Object.entries(done).map(([step, at]): [string, string] => [`did: ${step}`, time(at)]),
    ['if a breach', `HIPAA notice by ${clocks.hipaaNoticeBy}, ANPD by ${clocks.anpdNoticeBy}`],
  ];
  const text = facts
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name.padEnd(26)} ${value}`);
  return [...text, '', ...nextOf(status, key, stage)].map(printable).join('\n');
}

function nextOf(status: Incident['status'], key: string, stage: string): readonly string[] {
  if (status === 'resolved') return ['It is over.'];
  const say = (word: string, why: string) =>
    `npm run cli -- incident ${word} '${key}' --stage ${stage} --reason '${why}'`;
  const look = `npm run cli -- quarantine list --stage ${stage}`;
  return [
    ...(status === 'open' ? [say('ack', 'on it')] : []),
    // What its fingerprints mean, and an example of each.
    look,
    say('resolve', 'what was done'),
  ];
}

function counts({ crashes, more, messages }: Incident): string {
  return `${more ? 'more than ' : ''}${howMany(crashes, 'crash', 'crashes')} of ${howMany(messages, 'message')}`;
}

const list = (items: readonly string[]) => items.join(', ');
