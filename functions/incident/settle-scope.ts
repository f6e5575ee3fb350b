import {
  type Audience,
  decideIncident,
  type Incident,
  type IncidentDecision,
  told,
} from '../../core/incident.ts';
import type { CrashEvent } from '../../core/messages.ts';
import { crashesBetween, latestIncident, saveIncident } from '../aws/incidents-table.ts';
import { sendPage } from '../aws/pages-topics.ts';
import { logger, type Tally } from '../telemetry.ts';
import { environment, settings } from './environment.ts';
import { pageOf } from './page.ts';

/** Another writer was faster too often; the batch comes again. */
class IncidentContended extends Error {
  override readonly name = 'IncidentContended';
}

const TRIES_MAX = 5;

export interface ScopeCrashes {
  readonly scope: string;
  /** All of the batch. */
  readonly crashes: readonly CrashEvent[];
  /** Those that were not recorded before. */
  readonly fresh: readonly CrashEvent[];
}

/**
 * Loads, decides, saves, tells: the crashes of one scope, already recorded. Whatever is left undone
 * by a death is done by the redelivery, or by the next crash (R21). Throws on faults of our own.
 */
export async function settleScope(seen: ScopeCrashes, tally: Tally): Promise<void> {
  const { state, effects } = await decideAndSave(seen, tally);
  let incident = state.latest;
  for (const { audience } of effects) {
    if (incident === undefined) return;
    const topics: Record<Audience, string> = environment.topics;
    await sendPage(topics[audience], pageOf(incident, audience, environment.stage));
    tally.add(audience === 'oncall' ? 'Pages' : 'Notices');
    logger.warn('told', { scope: incident.scope, incident: incident.number, audience });
    incident = await markTold(incident, audience);
  }
}

async function decideAndSave(seen: ScopeCrashes, tally: Tally): Promise<IncidentDecision> {
  const { scope, crashes, fresh } = seen;
  const times = crashes.map((crash) => crash.at);
  const from = Math.min(...times) - settings.windowMs;
  const to = Math.max(...times) + settings.windowMs;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const around = await crashesBetween(environment.table, scope, from, to);
    const state = { latest: await latestIncident(environment.table, scope) };
    const decision = decideIncident(state, { scope, around, fresh }, Date.now(), settings);
    const { latest } = decision.state;
    if (latest === undefined || latest === state.latest) return decision;
    if (await saveIncident(environment.table, latest)) {
      if (latest.version === 1) announce(latest, tally);
      return decision;
    }
  }
  throw new IncidentContended(`${scope}: ${TRIES_MAX} conflicts`);
}

function announce({ scope, number, crashes, kinds }: Incident, tally: Tally): void {
  tally.add('Incidents');
  logger.error('incident opened', { scope, incident: number, crashes, kinds });
}

/** On a conflict the mark is set on the newer version: only the mark is ours to write. */
async function markTold(incident: Incident, audience: Audience): Promise<Incident | undefined> {
  let current: Incident | undefined = incident;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const marked: Incident = told(current, audience, Date.now());
    if (await saveIncident(environment.table, marked)) return marked;
    current = await latestIncident(environment.table, incident.scope);
    if (current === undefined || current.number !== incident.number) return undefined;
    if (current.toldAt[audience] !== undefined) return current;
  }
  throw new IncidentContended(`${incident.scope}: ${TRIES_MAX} conflicts`);
}
