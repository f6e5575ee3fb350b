/** Handles crashes and escalations: records them, opens an incident if needed, and sends what is due. */
import {
  crashesBetween,
  recordCrash,
  recordEscalation,
  settleEscalation,
} from '../../aws/crash-items.ts';
import { IncidentContended, latestIncident, saveIncident } from '../../aws/incidents-table.ts';
import {
  type Incident,
  incidentsOver,
  isGoingOn,
  openedByCrashes,
  openedByEscalation,
} from '../../core/incident/incident.ts';
import { timesAround } from '../../core/incident/sliding-window.ts';
import type { CrashEvent, Escalation } from '../../core/message/messages.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Tally } from '../../telemetry/tally.ts';
import { doDueSteps, heldBy } from './due-steps.ts';
import type { IncidentParts } from './parts.ts';

const TRIES_MAX = 5;

/** A crash, and the message in the queue that reported it. */
export interface ReportedCrash {
  readonly crash: CrashEvent;
  readonly messageId: string;
}

type Open = (latest: Incident | undefined) => Promise<Incident | undefined>;

/**
 * Records the crashes of one scope and opens an incident if there are enough. Whatever a death leaves
 * undone is done by the redelivery, the next crash or the next minute (R21). Throws on faults of our own.
 */
export async function handleCrashes(
  parts: IncidentParts,
  scope: string,
  reports: readonly ReportedCrash[],
  owner: string,
  tally: Tally,
): Promise<void> {
  const { table, writes, settings, now } = parts;
  const expiresAt = now() + settings.keepCrashesMs;
  let over = incidentsOver(await latestIncident(table, scope));
  const record = ({ crash, messageId }: ReportedCrash) =>
    recordCrash(table, { ...crash, incidentsOver: over }, messageId, expiresAt);
  const recordAll = () => Promise.all(reports.map((report) => writes(() => record(report))));
  tally.add('Crashes', (await recordAll()).filter(Boolean).length);
  const times = reports.map(({ crash }) => crash.at);
  await openAndAttend(parts, scope, owner, tally, async (latest) => {
    if (over < incidentsOver(latest)) {
      // Resolved while we wrote: it is unknown whether the resolution has read these.
      over = incidentsOver(latest);
      await recordAll();
    }
    if (isGoingOn(latest)) return undefined;
    const around = [];
    for (const { from, to } of timesAround(times, settings.windowMs)) {
      around.push(...(await crashesBetween(table, scope, from, to)));
    }
    return openedByCrashes(scope, latest, around, now(), settings);
  });
}

/**
 * Opens an incident if crashes that nobody counted fill a window: those that were recorded after the
 * incident before them was found to be quiet, and before it was resolved.
 */
export async function openAfterQuiet(
  parts: IncidentParts,
  { scope, number }: Incident,
  since: number,
  owner: string,
  tally: Tally,
): Promise<void> {
  const latest = await openOrRead(parts, scope, owner, tally, async (before) => {
    if (before?.number !== number) return undefined;
    const { table, settings } = parts;
    const now = parts.now();
    const recent = await crashesBetween(table, scope, since, now + settings.windowMs);
    return openedByCrashes(scope, before, recent, now, settings);
  });
  if (latest !== undefined && latest.number !== number)
    await doDueSteps(parts, latest, owner, tally);
}

/** Opens an incident for a supervisor that gave up, as the message `messageId` reports. */
export async function handleEscalation(
  parts: IncidentParts,
  escalation: Escalation,
  messageId: string,
  owner: string,
  tally: Tally,
): Promise<void> {
  const { table, settings, now } = parts;
  const { scope } = escalation;
  const expiresAt = now() + settings.keepCrashesMs;
  const over = incidentsOver(await latestIncident(table, scope));
  let recorded = await recordEscalation(table, escalation, messageId, over, expiresAt);
  await openAndAttend(parts, scope, owner, tally, async (latest) => {
    // Resolved while we wrote: it is unknown whether the resolution has read this one.
    if (recorded.isOpen) {
      recorded = await settleEscalation(table, escalation, incidentsOver(latest));
    }
    return openedByEscalation(escalation, recorded.incidentsOver, latest, now(), settings);
  });
}

async function openAndAttend(
  parts: IncidentParts,
  scope: string,
  owner: string,
  tally: Tally,
  open: Open,
): Promise<void> {
  const latest = await openOrRead(parts, scope, owner, tally, open);
  if (latest !== undefined) await doDueSteps(parts, latest, owner, tally);
}

/**
 * Loads, decides, saves; decides again if another process saved meanwhile. Returns the scope's latest
 * incident.
 */
async function openOrRead(
  { table, settings, now, logger }: IncidentParts,
  scope: string,
  owner: string,
  tally: Tally,
  open: Open,
): Promise<Incident | undefined> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const latest = await latestIncident(table, scope);
    const opened = await open(latest);
    if (opened === undefined) return latest;
    // The process that opens it sends the page; a writer that sees it a moment later does not.
    const held = heldBy(opened, owner, now() + settings.holdMs);
    if (await saveIncident(table, held)) {
      announce(held, tally, logger);
      return held;
    }
  }
  throw new IncidentContended(`${scope}: ${TRIES_MAX} conflicts`);
}

function announce(
  { scope, number, cause, crashes, kinds }: Incident,
  tally: Tally,
  logger: Log,
): void {
  tally.add('Incidents');
  logger.error('incident opened', { scope, incident: number, cause, crashes, kinds });
}
