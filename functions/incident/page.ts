/**
 * Pages and notices: what a person reads at 3 a.m., as a PagerDuty event (Events API v2,
 * https://developer.pagerduty.com/docs/events-api-v2/trigger-events/), so that a bridge only has to add its
 * routing key. Carries no PHI (R08).
 */

import type { Page } from '../../aws/pages-topics.ts';
import { type Incident, incidentKey } from '../../core/incident/incident.ts';
import type { OtherFault } from '../../core/incident/incident-faults.ts';
import { NOTICES, type Notice } from '../../core/incident/incident-steps.ts';

/** SNS takes less than 100: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const SUBJECT_CHARACTERS_MAX = 99;
const SECTION = '#incident';
const SEVERITY = 'critical';

/** @param fault if the notice is about a fault that came after the incident was opened */
export function pageOf(
  incident: Incident,
  notice: Notice,
  stage: string,
  runbook: string,
  fault?: OtherFault,
): Page {
  const { audience, action } = NOTICES[notice];
  // One pager may serve several stages. It alerts once per key.
  const itself = `fhir-failsafe/${stage}/${incidentKey(incident)}`;
  const dedupKey = fault === undefined ? itself : `${itself}/${fault.fault}`;
  const summary = summaryOf(incident, notice, stage, fault);
  const { scope } = incident;
  return {
    subject: summary.slice(0, SUBJECT_CHARACTERS_MAX),
    body: {
      event_action: action,
      dedup_key: dedupKey,
      payload: {
        summary,
        source: `fhir-failsafe-${stage}`,
        severity: SEVERITY,
        timestamp: iso(fault?.at ?? incident.openedAt),
        component: scope,
        group: stage,
        class: incident.cause,
        custom_details: { ...detailsOf(incident, notice, stage), ...(fault && { fault }) },
      },
      links: [{ href: runbook + SECTION, text: 'What to do' }],
      client: 'fhir-failsafe',
    },
    attributes: { scope, severity: SEVERITY, stage, audience, notice, action, dedupKey },
  };
}

function detailsOf(incident: Incident, notice: Notice, stage: string): Record<string, unknown> {
  const { acknowledged, resolved } = incident;
  const said = resolved ?? acknowledged;
  return {
    incident: incidentKey(incident),
    scope: incident.scope,
    stage,
    notice,
    status: incident.status,
    opened: iso(incident.openedAt),
    crashes: `${incident.more ? 'more than ' : ''}${incident.crashes}`,
    messages: incident.messages,
    kinds: incident.kinds,
    lanes: incident.lanes,
    fingerprints: incident.fingerprints.map((top) => `${top.fingerprint}: ${top.crashes}`),
    first_crash: iso(incident.firstCrashAt),
    last_crash: iso(incident.lastCrashAt),
    what_it_means: meaning(incident),
    what_to_do: `npm run cli -- incident show '${incidentKey(incident)}' --stage ${stage}`,
    if_it_is_a_breach: {
      hipaa_notice_by: incident.clocks.hipaaNoticeBy,
      anpd_notice_by: incident.clocks.anpdNoticeBy,
    },
    ...(said !== undefined && { by: said.by, why: said.why, at: iso(said.at) }),
  };
}

/** Only a component with lanes runs resources. The others do again what they were doing. */
function meaning({ cause, scope, why = '', lanes }: Incident): string {
  if (cause === 'escalation')
    return `${scope} gave up: ${why}. If that is a lane, it is paused and its messages wait; everything else goes on.`;
  return lanes.length > 0
    ? `${scope} crashes too often. What crashed is being retried alone and goes to quarantine if ` +
        'it crashes again; everything else goes on.'
    : `${scope} crashes too often. What it was doing waits and is done again; no message is lost.`;
}

/** One line in ASCII, which SNS requires for a subject. */
function summaryOf(
  incident: Incident,
  notice: Notice,
  stage: string,
  fault: OtherFault | undefined,
): string {
  const { scope, acknowledged, resolved } = incident;
  const key =
    fault === undefined ? incidentKey(incident) : `${incidentKey(incident)} (${fault.fault})`;
  const lines: Record<Notice, string> = {
    page: whatHappens(incident),
    notice: whatHappens(incident),
    'page-again': `again, nobody answered: ${whatHappens(incident)}`,
    escalation: `on-call does not answer: ${whatHappens(incident)}`,
    'another-fault': `${incidentKey(incident)} has another fault: ${fault?.crashes} crashes (${fault?.kind}), ${fault?.fault}`,
    acknowledgement: `${key} acknowledged by ${acknowledged?.by}`,
    resolution: `${key} resolved by ${resolved?.by}`,
    'all-clear': `${scope} is well again: ${incidentKey(incident)} resolved by ${resolved?.by}`,
  };
  return `[${stage}] ${lines[notice]}`.replaceAll(/[^\x20-\x7e]/g, '?');
}

function whatHappens(incident: Incident): string {
  const { cause, scope, why, crashes, more, kinds, firstCrashAt, lastCrashAt } = incident;
  if (cause === 'escalation') return `${scope} gave up: ${why}`;
  const seconds = Math.max(1, Math.ceil((lastCrashAt - firstCrashAt) / 1_000));
  const how = Object.entries(kinds)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ');
  const count = `${more ? 'more than ' : ''}${crashes} crashes`;
  return `${scope} is crashing: ${count} in ${seconds} s (${how})`;
}

const iso = (ms: number) => new Date(ms).toISOString();
