import { newestCrashes } from '../../aws/crash-items.ts';
import type { Table } from '../../aws/handles.ts';
import { incidentsIn, latestIncident, readIncident } from '../../aws/incidents-table.ts';
import { tableOf, upToDate } from '../../cli/incident/read.ts';
import { type Incident, incidentKey, isGoingOn, spentBy } from '../../core/incident/incident.ts';
import { NOTICES } from '../../core/incident/incident-steps.ts';
import { unspent } from '../../core/incident/spent-crashes.ts';
import type { IncidentSettings } from '../../functions/incident/settings.ts';
import type { CrashWindow, Incidents, IncidentView } from '../contract/incidents.ts';
import { COMPONENTS } from './names.ts';

type Policy = Pick<IncidentSettings, 'crashesToOpen' | 'windowMs'>;

const CRASHES_MAX = 200;
/** Maximum number of resolved incidents, in addition to all unresolved ones. */
const OVER_MAX = 20;
/** Counting an incident's crashes again reads all of them. */
const COUNT_EVERY_MS = 30_000;

export class IncidentsReader {
  readonly #table: Table;
  readonly #policy: () => Promise<Policy>;
  readonly #now: () => number;
  readonly #counted = new Map<string, { readonly at: number; readonly incident: Incident }>();

  constructor(stage: string, policy: () => Promise<Policy>, now: () => number) {
    this.#table = tableOf(stage);
    this.#policy = policy;
    this.#now = now;
  }

  async read(): Promise<Incidents> {
    const [policy, incidents] = await Promise.all([this.#policy(), this.#incidents()]);
    const scopes = new Set([...COMPONENTS, ...incidents.map(({ scope }) => scope)]);
    const windows = await Promise.all([...scopes].map((scope) => this.#window(scope, policy)));
    return {
      crashesToOpen: policy.crashesToOpen,
      windowMs: policy.windowMs,
      windows: windows.filter(({ crashes }) => crashes.length > 0),
      incidents: incidents.map(incidentView),
    };
  }

  async #incidents(): Promise<Incident[]> {
    const [unfinished, finished] = await Promise.all([
      incidentsIn(this.#table, 'unfinished', CRASHES_MAX),
      incidentsIn(this.#table, 'finished', OVER_MAX),
    ]);
    const read = await Promise.all(
      [...unfinished, ...finished].map((id) => readIncident(this.#table, id)),
    );
    const found = read.filter((incident) => incident !== undefined);
    const counted = await Promise.all(found.map((incident) => this.#countedLately(incident)));
    const order = (incident: Incident) => (isGoingOn(incident) ? 0 : 1);
    return counted.sort((a, b) => order(a) - order(b) || b.openedAt - a.openedAt);
  }

  /** Adds the current count. The record has only the last one that was saved. */
  async #countedLately(incident: Incident): Promise<Incident> {
    if (!isGoingOn(incident)) return incident;
    const key = incidentKey(incident);
    const known = this.#counted.get(key);
    if (known !== undefined && this.#now() - known.at < COUNT_EVERY_MS) {
      const { crashes, more, messages, kinds, fingerprints, lanes, lastCrashAt } = known.incident;
      const evidence = { crashes, more, messages, kinds, fingerprints, lanes, lastCrashAt };
      return { ...incident, ...(crashes >= incident.crashes && evidence) };
    }
    const anew = await upToDate(this.#table, incident);
    this.#counted.set(key, { at: this.#now(), incident: anew });
    return anew;
  }

  async #window(scope: string, { windowMs }: Policy): Promise<CrashWindow> {
    const after = this.#now() - windowMs;
    const newest = await newestCrashes(this.#table, scope, after, CRASHES_MAX);
    if (newest.length === 0) return { scope, crashes: [], more: false };
    const latest = await latestIncident(this.#table, scope);
    const spent = isGoingOn(latest) ? latest.spent : spentBy(latest);
    const counted = new Set(unspent(newest, spent));
    const crashes = newest.toReversed().map((crash) => {
      const { at, kind, lane, fingerprint } = crash;
      const about = { ...(lane && { lane }), ...(fingerprint !== undefined && { fingerprint }) };
      return { at, kind, ...about, spent: !counted.has(crash) };
    });
    return { scope, crashes, more: newest.length === CRASHES_MAX };
  }
}

function incidentView(incident: Incident): IncidentView {
  const { scope, number, status, cause, why, openedAt, crashes, more, messages } = incident;
  const { kinds, fingerprints, lanes, firstCrashAt, lastCrashAt, clocks } = incident;
  const { others = [], acknowledged, resolved, done } = incident;
  return {
    ...{ key: incidentKey(incident), scope, number, status, cause, openedAt },
    ...{ crashes, more, messages, kinds, fingerprints, lanes, firstCrashAt, lastCrashAt, clocks },
    ...(why !== undefined && { why }),
    others: others.map(({ fault, kind, crashes, at }) => ({ fault, kind, crashes, at })),
    ...(acknowledged !== undefined && { acknowledged }),
    ...(resolved !== undefined && { resolved }),
    notices: Object.entries(done)
      .filter(([step]) => isNotice(step))
      .map(([step, at]) => ({ step, at }))
      .sort((a, b) => a.at - b.at),
  };
}

/** A page about another fault has the fault's name after its kind. */
const isNotice = (step: string) => (step.split(' ')[0] ?? '') in NOTICES;
