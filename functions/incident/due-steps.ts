/**
 * Does the steps of an incident that are due: pages people, requests a remedy, publishes facts to the audit
 * log.
 */

import { publishFacts } from '../../aws/audit-queue.ts';
import { changeIncident } from '../../aws/incidents-table.ts';
import { sendPage } from '../../aws/pages-topics.ts';
import { askForPause } from '../../aws/supervisor-queue.ts';
import { type Incident, incidentKey } from '../../core/incident/incident.ts';
import {
  afterStep,
  isUnacknowledged,
  NOTICES,
  type Step,
  stepsDue,
} from '../../core/incident/incident-steps.ts';
import { faultOf } from '../../telemetry/log.ts';
import type { Tally } from '../../telemetry/tally.ts';
import { pageOf } from './page.ts';
import type { IncidentParts } from './parts.ts';

export const heldBy = (incident: Incident, by: string, until: number): Incident => ({
  ...incident,
  held: { by, until },
});

/**
 * Performs the due steps. A step that fails prevents no other: the first fault is thrown at the
 * end, and the step comes again once the lease is over. Each step is marked when it is done. After
 * a death in between it is repeated, with the same deduplication key (R21).
 */
export async function doDueSteps(
  parts: IncidentParts,
  incident: Incident,
  owner: string,
  tally: Tally,
): Promise<void> {
  const { settings, logger } = parts;
  const now = parts.now();
  if (stepsDue(incident, now, settings).length === 0) return;
  let current = await hold(parts, incident, owner, now);
  const tried = new Set<string>();
  const faults: unknown[] = [];
  for (let before = current; before !== undefined; before = current) {
    const step = stepsDue(before, now, settings).find(({ marks }) => !tried.has(marks.join()));
    if (step === undefined) break;
    tried.add(step.marks.join());
    try {
      await perform(parts, step, before, tally);
      current = await mark(parts, before, step);
    } catch (fault) {
      logger.error('step failed', { ...nameOf(before), step: step.kind, ...faultOf(fault) });
      faults.push(fault);
    }
  }
  if (faults.length > 0) throw faults[0];
}

/**
 * The incident with our lease. Undefined if another process has the lease, and performs the due
 * steps.
 */
async function hold(
  { table, settings }: IncidentParts,
  incident: Incident,
  owner: string,
  now: number,
) {
  if (incident.held?.by === owner) return incident;
  return changeIncident(table, incident, (current) => {
    const { held } = current;
    if (held !== undefined && held.by !== owner && held.until > now) return undefined;
    return heldBy(current, owner, now + settings.holdMs);
  });
}

function mark(
  { table, settings, now }: IncidentParts,
  incident: Incident,
  step: Step,
): Promise<Incident | undefined> {
  const at = now();
  return changeIncident(table, incident, (current) => afterStep(current, step, at, settings));
}

async function perform(
  { stage, topics, supervisorQueue, auditQueue, settings, logger }: IncidentParts,
  step: Step,
  incident: Incident,
  tally: Tally,
): Promise<void> {
  switch (step.kind) {
    case 'notify': {
      const { audience, action } = NOTICES[step.notice];
      const page = pageOf(incident, step.notice, stage, settings.runbook, step.fault);
      await sendPage(topics[audience], page);
      if (action === 'trigger') tally.add(audience === 'oncall' ? 'Pages' : 'Notices');
      if (isUnacknowledged(step.notice)) tally.add('PagesUnanswered');
      logger.warn('notice sent', {
        ...nameOf(incident),
        audience,
        notice: step.notice,
        fault: step.fault?.fault,
      });
      return;
    }
    case 'pause-lane':
      await askForPause(supervisorQueue, step.lane, incidentKey(incident));
      logger.warn('remediation requested', { ...nameOf(incident), lane: step.lane });
      return;
    case 'audit':
      await publishFacts(auditQueue, step.facts);
      return;
  }
}

const nameOf = ({ scope, number }: Incident) => ({ scope, incident: number });
