/**
 * When operators give which command. Mostly they do so at the worst moment: an entry has just been
 * quarantined and its dead letter is still in the queue, a breaker probes, a lane comes back.
 */
import type { SQSEvent } from 'aws-lambda';
import type { EntryFilter } from '../../cli/quarantine/filter.ts';
import type { Selection } from '../../cli/quarantine/selection.ts';
import type { Item } from '../dynamo/values.ts';
import type { EffectOf } from '../effects.ts';
import { SENDERS, type Source } from '../outside.ts';
import type { Random } from '../random.ts';
import type { Command } from './command.ts';
import type { OperatorHabits } from './habits.ts';

const LANES = ['critical', 'background', 'delivery'] as const;
const SERVICES = ['fhir-server', 'fhir-server-clinic', 'terminology-server'] as const;
const WORDS = ['force-open', 'force-closed', 'reset'] as const;
const FORCED_MS = [5_000, 60_000, 600_000] as const;
/** Shorter than a probe may last. */
const FORCED_IN_PROBE_MS = 3_000;
const RATES = [1, 10, 50] as const;

export interface Around {
  readonly random: Random;
  readonly habits: OperatorHabits;
  /** Epoch ms. */
  readonly now: number;
  /** The body that a message should have had; undefined if nothing is wrong with it. */
  correct(messageId: string): string | undefined;
}

/** What a change of a table tempts an operator to do. */
export function commandAt(
  { table, before, after }: EffectOf<'written'>,
  around: Around,
): Command | undefined {
  if (after === undefined) return undefined;
  if (table.endsWith('-quarantine')) return aboutEntry(before, after, around);
  if (table.endsWith('-breakers')) return aboutBreaker(before, after, around);
  if (table.endsWith('-supervision')) return aboutLane(before, after, around);
  return table.endsWith('-incidents') ? aboutIncident(after, around) : undefined;
}

/** What an operator does without anything having happened. */
export function commandAnyTime(around: Around): Command | undefined {
  const { random, habits } = around;
  switch (random.below(5)) {
    case 0:
      return random.chance(habits.redrives) ? manyOf('redrive', around) : undefined;
    case 1:
      return random.chance(habits.discards) ? manyOf('discard', around) : undefined;
    case 2:
      return random.chance(habits.overrules) ? overruled(random.pick(SERVICES), random) : undefined;
    case 3:
      return random.chance(habits.holds) ? held(random.pick(LANES), random) : undefined;
    default:
      return undefined;
  }
}

/** What another operator wants who disagrees. */
export function contraryTo(command: Command): Command {
  switch (command.kind) {
    case 'redrive':
    case 'discard': {
      const kind = command.kind === 'redrive' ? 'discard' : 'redrive';
      return { ...command, kind, corrected: undefined };
    }
    case 'lane':
      return { ...command, word: command.word === 'pause' ? 'resume' : 'pause' };
    default:
      return command;
  }
}

function aboutEntry(before: Item | undefined, after: Item, around: Around): Command | undefined {
  const { random, habits, now } = around;
  if (after['status'] !== 'quarantined' || before?.['status'] === 'quarantined') return undefined;
  const kind = random.chance(habits.redrives)
    ? 'redrive'
    : random.chance(habits.discards)
      ? 'discard'
      : undefined;
  if (kind === undefined) return undefined;
  // Its clock may differ from that of the environment which quarantined the entry.
  const quarantinedAt = Number(after['quarantinedAt']);
  const known = { kind, before: Math.max(now, quarantinedAt), rate: random.pick(RATES) } as const;
  const selection: Selection = random.chance(0.8)
    ? { kind: 'ids', ids: [String(after['pk'])] }
    : { kind: 'fingerprint', fingerprint: String(after['fingerprint']) };
  const isCorrected =
    kind === 'redrive' && selection.kind === 'ids' && random.chance(habits.corrects);
  const corrected = isCorrected ? around.correct(String(after['pk'])) : undefined;
  return { ...known, selection, only: {}, corrected };
}

function manyOf(kind: 'redrive' | 'discard', { random, now }: Around): Command {
  const filters: readonly [EntryFilter, ...EntryFilter[]] = [
    {},
    { kind: random.pick(['rejection', 'dead-letter', 'undelivered']) },
    { lane: random.pick(['critical', 'background']) },
    { source: random.pick(Object.keys(SENDERS) as [Source, ...Source[]]) },
  ];
  const only = random.pick(filters);
  return { kind, selection: { kind: 'all' }, only, before: now, rate: random.pick(RATES) };
}

function aboutBreaker(before: Item | undefined, after: Item, around: Around): Command | undefined {
  const { random, habits } = around;
  const isNews = after['phase'] !== before?.['phase'] || after['probe'] !== undefined;
  if (!isNews || !random.chance(habits.overrules)) return undefined;
  const service = String(after['pk']);
  const isProbed = before?.['probe'] === undefined && after['probe'] !== undefined;
  if (!isProbed || random.chance(0.5)) return overruled(service, random);
  return { kind: 'overrule', service, word: 'force-open', forMs: FORCED_IN_PROBE_MS };
}

function aboutLane(
  before: Item | undefined,
  after: Item,
  { random, habits }: Around,
): Command | undefined {
  const lane = LANES.find((each) => each === after['name']);
  const isProbed = before?.['probe'] === undefined && after['probe'] !== undefined;
  const isReleased = isHeld(before) && !isHeld(after);
  const share = isProbed || isReleased ? Math.max(habits.interrupts, habits.holds) : habits.holds;
  if (lane === undefined || !random.chance(share)) return undefined;
  return isReleased ? { kind: 'lane', lane, word: 'pause' } : held(lane, random);
}

/** Crashes of a storm, so many that they might open an incident by themselves. */
const STORM = 5;

/**
 * What an invocation tempts an operator to do: to resolve an incident at once, while more crashes of its scope, or
 * another escalation, are being recorded.
 */
export function commandInStorm(
  { event, functionName }: EffectOf<'invoked'>,
  latestOf: (scope: string) => Item | undefined,
  { random, habits }: Around,
): Command | undefined {
  if (!functionName.endsWith('-incident')) return undefined;
  const { Records: records = [] } = event as Partial<SQSEvent>;
  const scope = scopeIn(records.map(({ body }) => JSON.parse(body) as Notice));
  if (scope === undefined || !random.chance(habits.resolvesInStorm)) return undefined;
  const incident = latestOf(scope);
  if (incident === undefined || incident['status'] === 'resolved') return undefined;
  return { kind: 'incident', scope, number: Number(incident['number']), word: 'resolve' };
}

interface Notice {
  readonly component?: string;
  readonly escalation?: { readonly scope: string };
}

/** Of an escalation, or of a storm. */
function scopeIn(notices: readonly Notice[]): string | undefined {
  const escalated = notices.find(({ escalation }) => escalation !== undefined);
  if (escalated !== undefined) return escalated.escalation?.scope;
  const scopes = Map.groupBy(notices, ({ component }) => component);
  return [...scopes.keys()].find((scope) => (scopes.get(scope)?.length ?? 0) >= STORM);
}

function aboutIncident(after: Item, { random, habits }: Around): Command | undefined {
  const isOpen = String(after['sk']).startsWith('incident#') && after['status'] !== 'resolved';
  if (!isOpen || !random.chance(habits.speaks)) return undefined;
  const word = random.pick(['acknowledge', 'resolve'] as const);
  return { kind: 'incident', scope: String(after['scope']), number: Number(after['number']), word };
}

const isHeld = (lane: Item | undefined): boolean =>
  Object.values((lane?.['holds'] ?? {}) as object).some((hold) => hold !== undefined);

const overruled = (service: string, random: Random): Command => {
  return { kind: 'overrule', service, word: random.pick(WORDS), forMs: random.pick(FORCED_MS) };
};

const held = (lane: string, random: Random): Command => {
  return { kind: 'lane', lane, word: random.pick(['pause', 'resume']) };
};
