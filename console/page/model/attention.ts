/**
 * What needs a person's attention: the worst first, each with a link to the view. Problems that
 * resolve themselves are listed too, and marked as such.
 */
import type { BreakerView } from '../../contract/breakers.ts';
import type { Figure } from '../../contract/figure.ts';
import type { IncidentView } from '../../contract/incidents.ts';
import type { QueueView, Snapshot } from '../../contract/snapshot.ts';
import type { LaneView } from '../../contract/supervision.ts';
import { addressOf } from './address.ts';
import { howMany } from './numbers.ts';
import { duration } from './times.ts';

export interface Concern {
  readonly id: string;
  /** `act`: a person must act. `know`: it resolves itself. */
  readonly level: 'act' | 'know';
  readonly what: string;
  readonly why: string;
  readonly href: string;
}

export function concernsOf(snapshot: Snapshot, now: number): readonly Concern[] {
  const { incidents, lanes, breakers, queues, local } = snapshot;
  const all = [
    ...(incidents.value?.incidents ?? []).flatMap(incidentConcern),
    ...(lanes.value ?? []).flatMap(laneConcerns),
    ...(breakers.value ?? []).flatMap((each) => breakerConcerns(each, now)),
    ...(queues.value ?? []).flatMap(queueConcerns),
    ...(local?.value?.functions ?? []).flatMap(brokenConcern),
    ...missingParts(snapshot),
    ...blindSpots(snapshot),
  ];
  return [
    ...all.filter(({ level }) => level === 'act'),
    ...all.filter(({ level }) => level === 'know'),
  ];
}

/** One sentence for the top of the page and for screen readers. */
export function headline(concerns: readonly Concern[]): string {
  const toAct = concerns.filter(({ level }) => level === 'act').length;
  if (toAct > 0) return `${howMany(toAct, 'thing needs', 'things need')} you`;
  if (concerns.length === 0) return 'All is well';
  return `Nothing needs you; ${howMany(concerns.length, 'thing')} to know`;
}

function incidentConcern(incident: IncidentView): Concern[] {
  const { key, status, crashes, more, messages, cause, why } = incident;
  if (status === 'resolved') return [];
  const counted = `${more ? 'more than ' : ''}${howMany(crashes, 'crash', 'crashes')} of ${howMany(messages, 'message')}`;
  return [
    {
      id: `incident ${key}`,
      level: status === 'open' ? 'act' : 'know',
      what: status === 'open' ? `Incident ${key} is open` : `Incident ${key} is acknowledged`,
      why: cause === 'escalation' ? (why ?? 'a supervisor gave up') : counted,
      href: addressOf({ view: 'incidents', id: key }),
    },
  ];
}

function laneConcerns({ lane, phase, holds }: LaneView): Concern[] {
  const href = '#/now';
  if (phase === 'running') return [];
  if (phase === 'ramping') {
    const why = 'its concurrency is being raised step by step';
    return [
      { id: `lane ${lane}`, level: 'know', what: `The lane ${lane} is returning`, why, href },
    ];
  }
  const [hold] = holds;
  const isOperators = holds.some(({ holder }) => holder === 'operator');
  const why = hold === undefined ? 'its mappings are changing' : `${hold.holder}: ${hold.why}`;
  return [
    {
      id: `lane ${lane}`,
      // Only an operator ends an operator's pause. All other pauses are probed.
      level: isOperators ? 'act' : 'know',
      what: `The lane ${lane} is ${phase === 'probing' ? 'paused, and being probed' : 'paused'}`,
      why,
      href,
    },
  ];
}

function breakerConcerns({ name, kind, phase, forced, why }: BreakerView, now: number): Concern[] {
  const id = `breaker ${name}`;
  const what = kind === 'plugin' ? `The plugin ${name}` : `The breaker of ${name}`;
  if (forced !== undefined && forced.until > now) {
    const until = `for another ${duration(forced.until - now)}, by ${forced.by}: ${forced.why}`;
    return [{ id, level: 'know', what: `${what} is forced ${phase}`, why: until, href: '#/now' }];
  }
  if (phase === 'closed') return [];
  return [{ id, level: 'know', what: `${what} is ${phase}`, why, href: '#/now' }];
}

const LONG_AGE_MS = 5 * 60_000;

function queueConcerns({ name, role, waiting, oldestAgeMs = 0 }: QueueView): Concern[] {
  const id = `queue ${name}`;
  const count = howMany(waiting, 'message');
  if (role === 'own' && name.includes('-dead-letter') && waiting > 0) {
    const what = `${name} holds ${count}`;
    return [{ id, level: 'act', what, why: 'nothing removes them automatically', href: '#/now' }];
  }
  if (waiting === 0 || oldestAgeMs < LONG_AGE_MS) return [];
  const why = `the oldest of ${count} has waited for ${duration(oldestAgeMs)}`;
  return [{ id, level: 'know', what: `${name} is slow`, why, href: '#/now' }];
}

function brokenConcern({ name, broken }: { name: string; broken: boolean }): Concern[] {
  if (!broken) return [];
  const why = 'its deployment does not load: mend it in the box of faults';
  return [
    { id: `broken ${name}`, level: 'know', what: `${name} is broken`, why, href: '#/faults' },
  ];
}

const SEEN = {
  queues: 'queues',
  environments: 'environments',
  lanes: 'lanes',
  tree: 'supervision tree',
  breakers: 'breakers',
  incidents: 'incidents',
  audit: 'audit log',
} as const;

const NAMES = Object.keys(SEEN) as (keyof typeof SEEN)[];

const troubleOf = (snapshot: Snapshot, name: keyof typeof SEEN) => {
  const { trouble }: Figure<unknown> = snapshot[name];
  return trouble;
};

/** Every stage has all of these: one that is not there has another name, or is in another region. */
function missingParts(snapshot: Snapshot): Concern[] {
  const missing = NAMES.filter((name) => troubleOf(snapshot, name)?.kind === 'not-there');
  const [first] = missing;
  if (first === undefined) return [];
  const isNothingThere = snapshot.queues.value?.length === 0 && missing.includes('lanes');
  const what = isNothingThere
    ? 'This stage is not here'
    : `Not here: the ${missing.map((name) => SEEN[name]).join(', the ')}`;
  const why = troubleOf(snapshot, first)?.message ?? '';
  return [{ id: 'not here', level: 'act', what, why, href: '#/now' }];
}

/**
 * Figures that cannot be read are listed too: without them the page would look as if all were well.
 */
function blindSpots(snapshot: Snapshot): Concern[] {
  return NAMES.flatMap((name): Concern[] => {
    const trouble = troubleOf(snapshot, name);
    if (trouble === undefined || trouble.kind === 'not-there') return [];
    const level = trouble.kind === 'failing' ? 'act' : 'know';
    const what = `The ${SEEN[name]} cannot be read`;
    return [{ id: `blind ${name}`, level, what, why: trouble.message, href: '#/now' }];
  });
}
