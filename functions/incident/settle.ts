/** What crashes and escalations come to: recorded, then perhaps an incident, then who must be told. */
import pLimit from 'p-limit';
import {
  type Incident,
  isGoingOn,
  openedByCrashes,
  openedByEscalation,
  spentAfter,
} from '../../core/incident.ts';
import type { CrashEvent, Escalation } from '../../core/messages.ts';
import { crashesBetween, recordCrash } from '../aws/crash-items.ts';
import { IncidentContended, latestIncident, saveIncident } from '../aws/incidents-table.ts';
import { logger, type Tally } from '../telemetry.ts';
import { attend, heldBy } from './attend.ts';
import { environment, settings } from './environment.ts';

const TRIES_MAX = 5;
/**
 * Of one environment. Two read the queue, so six writes are in flight; at 6 ms each those are the
 * thousand a second that one partition takes.
 */
const writes = pLimit(3);

type Open = (latest: Incident | undefined) => Promise<Incident | undefined>;

/**
 * Records the crashes of one scope and opens an incident where they are enough. Whatever a death
 * leaves undone is done by the redelivery, the next crash or the next minute (R21). Throws on faults
 * of our own.
 */
export async function settleCrashes(
  scope: string,
  crashes: readonly CrashEvent[],
  owner: string,
  tally: Tally,
): Promise<void> {
  const { table } = environment;
  const expiresAt = Date.now() + settings.keepCrashesMs;
  const fresh = await Promise.all(
    crashes.map((crash) => writes(() => recordCrash(table, crash, expiresAt))),
  );
  tally.add('Crashes', fresh.filter(Boolean).length);
  const times = crashes.map((crash) => crash.at);
  const to = Math.max(...times) + settings.windowMs;
  await settle(scope, owner, tally, async (latest) => {
    if (isGoingOn(latest)) return undefined;
    // What is spent is not read: the storm before would be read again for each straggler.
    const from = Math.max(Math.min(...times) - settings.windowMs, spentAfter(latest) + 1);
    if (from > to) return undefined;
    const around = await crashesBetween(table, scope, from, to);
    return openedByCrashes(scope, latest, around, Date.now(), settings);
  });
}

/** Opens an incident for what a supervisor gave up on. */
export function settleEscalation(
  escalation: Escalation,
  owner: string,
  tally: Tally,
): Promise<void> {
  return settle(escalation.scope, owner, tally, async (latest) =>
    openedByEscalation(escalation, latest, Date.now(), settings),
  );
}

/** Loads, decides, saves, tells; where somebody else saved meanwhile, once more. */
async function settle(scope: string, owner: string, tally: Tally, open: Open): Promise<void> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const latest = await latestIncident(environment.table, scope);
    const opened = await open(latest);
    if (opened === undefined) return latest && attend(latest, owner, tally);
    // Who opens it tells of it; a writer that sees it a moment later keeps out.
    const held = heldBy(opened, owner, Date.now());
    if (await saveIncident(environment.table, held)) {
      announce(held, tally);
      return attend(held, owner, tally);
    }
  }
  throw new IncidentContended(`${scope}: ${TRIES_MAX} conflicts`);
}

function announce({ scope, number, cause, crashes, kinds }: Incident, tally: Tally): void {
  tally.add('Incidents');
  logger.error('incident opened', { scope, incident: number, cause, crashes, kinds });
}
