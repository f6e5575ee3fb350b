/**
 * When do crashes become an incident, and whom does it still have to tell?
 *
 * Enough distinct crashes of one scope within a window open one incident (R20). While it is open,
 * further crashes only make it grow. Once resolved, the crashes it was about are spent: only
 * later ones may open the next.
 *
 * To tell people is an effect that must survive the process dying between save and act (R21). The
 * incident therefore remembers whom it has told; whoever is not marked is told by the next event or
 * redelivery, with the same deduplication key, and marked afterwards. Two notices for one incident
 * are possible, none is not.
 *
 * States are compared by identity: where nothing changed, the state comes back as it was.
 */
import type { CrashEvent } from './messages.ts';
import { distinct, firstFullWindow } from './sliding-window.ts';
import type { CrashKind } from './verdict.ts';

export const AUDIENCES = ['oncall', 'management'] as const;
export type Audience = (typeof AUDIENCES)[number];

export interface Incident {
  readonly scope: string;
  /** 1, 2, 3 … within its scope. */
  readonly number: number;
  readonly status: 'open' | 'acknowledged' | 'resolved';
  /** Epoch ms, as all times here. */
  readonly openedAt: number;
  readonly firstCrashAt: number;
  readonly lastCrashAt: number;
  /** Crashes that belong to it; two writers at once may count a few twice. */
  readonly crashes: number;
  readonly kinds: Readonly<Partial<Record<CrashKind, number>>>;
  /** When each audience was told; absent means: not yet. */
  readonly toldAt: Readonly<Partial<Record<Audience, number>>>;
  readonly resolvedAt?: number | undefined;
  /** Grows with each save; a save is conditional on it. */
  readonly version: number;
}

export interface IncidentPolicy {
  readonly crashesToOpen: number;
  readonly windowMs: number;
}

export interface IncidentState {
  /** The scope's latest incident, whatever its status. */
  readonly latest?: Incident | undefined;
}

export interface CrashesSeen {
  readonly scope: string;
  /** All crash events of the scope within one window of the new ones, read consistently. */
  readonly around: readonly CrashEvent[];
  /** Those that were not known before. */
  readonly fresh: readonly CrashEvent[];
}

/** To tell an audience of the state's latest incident. */
export interface TellEffect {
  readonly kind: 'tell';
  readonly audience: Audience;
}

export interface IncidentDecision {
  readonly state: IncidentState;
  readonly effects: readonly TellEffect[];
}

export function decideIncident(
  state: IncidentState,
  seen: CrashesSeen,
  now: number,
  policy: IncidentPolicy,
): IncidentDecision {
  const { latest } = state;
  if (latest !== undefined && latest.status !== 'resolved') {
    return withEffects(grow(state, latest, unheardOf(seen)));
  }
  const spentUntil = latest?.resolvedAt ?? -1;
  const unspent = seen.around.filter((crash) => crash.at > spentUntil);
  const window = firstFullWindow(unspent, policy.windowMs, policy.crashesToOpen);
  if (window === undefined) return withEffects(state);
  return withEffects({ latest: open(seen.scope, (latest?.number ?? 0) + 1, window, now) });
}

/** The incident after an audience was told. */
export function told(incident: Incident, audience: Audience, now: number): Incident {
  const toldAt = { ...incident.toldAt, [audience]: now };
  return { ...incident, toldAt, version: incident.version + 1 };
}

/** The same for every notice of one incident, so that receivers can drop repetitions. */
export function deduplicationKey(incident: Pick<Incident, 'scope' | 'number'>): string {
  return `${incident.scope}#${incident.number}`;
}

function open(scope: string, number: number, window: readonly CrashEvent[], now: number): Incident {
  const times = window.map((crash) => crash.at);
  return {
    scope,
    number,
    status: 'open',
    openedAt: now,
    firstCrashAt: Math.min(...times),
    lastCrashAt: Math.max(...times),
    crashes: window.length,
    kinds: countKinds({}, window),
    toldAt: {},
    version: 1,
  };
}

/** One death may have been told before by another observer, who gave it a slightly other time. */
function unheardOf({ around, fresh }: CrashesSeen): readonly CrashEvent[] {
  const freshKeys = new Set(fresh.map(({ id, at }) => `${at} ${id}`));
  const heardOf = new Set(
    around.filter(({ id, at }) => !freshKeys.has(`${at} ${id}`)).map(({ id }) => id),
  );
  return distinct(fresh).filter(({ id }) => !heardOf.has(id));
}

function grow(
  state: IncidentState,
  incident: Incident,
  fresh: readonly CrashEvent[],
): IncidentState {
  if (fresh.length === 0) return state;
  return {
    latest: {
      ...incident,
      lastCrashAt: Math.max(incident.lastCrashAt, ...fresh.map((crash) => crash.at)),
      crashes: incident.crashes + fresh.length,
      kinds: countKinds(incident.kinds, fresh),
      version: incident.version + 1,
    },
  };
}

function countKinds(counts: Incident['kinds'], crashes: readonly CrashEvent[]): Incident['kinds'] {
  const result = { ...counts };
  for (const { kind } of crashes) result[kind] = (result[kind] ?? 0) + 1;
  return result;
}

function withEffects(state: IncidentState): IncidentDecision {
  const { latest } = state;
  if (latest === undefined || latest.status === 'resolved') return { state, effects: [] };
  const untold = AUDIENCES.filter((audience) => latest.toldAt[audience] === undefined);
  return {
    state,
    effects: untold.map((audience) => ({ kind: 'tell', audience })),
  };
}
