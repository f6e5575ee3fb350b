/**
 * What has to be sent about an incident, and when.
 *
 * Notifying people is an effect that must survive the process dying between save and act (R21). The
 * incident therefore remembers each step that is done. What is not marked is done by the next event or the
 * next minute, with the same deduplication key, and marked afterwards. Two notices are possible, none is
 * not: a page that could not be sent goes out even when all is over.
 *
 * On-call is paged and management notified at once. If nobody has acknowledged five minutes after the page,
 * on-call is paged again; after fifteen, management learns that nobody answers (R22). Both times count from
 * the page that was sent, not from the opening: on-call cannot answer a page that never came. Another fault
 * (incident-faults.ts) pages on-call again, also if the incident was acknowledged. The audit log gets each
 * step as a fact, last, because nobody waits for it.
 */
import { type AuditFact, whoAndWhy } from '../audit/audit-fact.ts';
import type { Lane } from '../message/messages.ts';
import { type Incident, incidentKey } from './incident.ts';
import type { OtherFault } from './incident-faults.ts';

export type Audience = 'oncall' | 'management';

/** Each kind of notice: who gets it, and what a pager does with it. */
export const NOTICES = {
  page: { audience: 'oncall', action: 'trigger' },
  notice: { audience: 'management', action: 'trigger' },
  'another-fault': { audience: 'oncall', action: 'trigger' },
  'page-again': { audience: 'oncall', action: 'trigger' },
  escalation: { audience: 'management', action: 'trigger' },
  acknowledgement: { audience: 'oncall', action: 'acknowledge' },
  resolution: { audience: 'oncall', action: 'resolve' },
  'all-clear': { audience: 'management', action: 'resolve' },
} as const satisfies Record<string, { audience: Audience; action: string }>;
export type Notice = keyof typeof NOTICES;

/** Whether a notice is sent because nobody acknowledged the page before it (R22). */
export const isUnacknowledged = (notice: Notice) =>
  notice === 'page-again' || notice === 'escalation';

export interface StepsPolicy {
  /** Counted from the first page. */
  readonly pageAgainMs: number;
  readonly escalateMs: number;
  /** The automatic remediation. Default: off. */
  readonly remediation: 'off' | 'pause-lane';
}

/** `marks` are what the incident remembers of a step that is done. */
export type Step = { readonly marks: readonly string[] } & (
  | { readonly kind: 'notify'; readonly notice: Notice; readonly fault?: OtherFault }
  | { readonly kind: 'pause-lane'; readonly lane: Lane }
  | { readonly kind: 'audit'; readonly facts: readonly AuditFact[] }
);

const ALWAYS: readonly Notice[] = ['page', 'notice'];

/** All steps that are due and not done, in the order in which they must be done. */
export function stepsDue(incident: Incident, now: number, policy: StepsPolicy): Step[] {
  const undone = (mark: string) => incident.done[mark] === undefined;
  const notices = noticesDue(incident, now, policy)
    .filter(undone)
    .map((notice): Step => ({ kind: 'notify', marks: [notice], notice }));
  const others = faultNoticesDue(incident).filter(({ marks }) => marks.every(undone));
  const pauses = lanesToPause(incident, policy)
    .map((lane): Step => ({ kind: 'pause-lane', marks: [`pause-lane ${lane}`], lane }))
    .filter(({ marks }) => marks.every(undone));
  const unpublished = factsOf(incident).filter(({ mark }) => undone(mark));
  const audit: Step = {
    kind: 'audit',
    marks: unpublished.map(({ mark }) => mark),
    facts: unpublished.map(({ fact }) => fact),
  };
  return [...notices, ...others, ...pauses, ...(unpublished.length > 0 ? [audit] : [])];
}

/** Whether nothing will be due any more. */
export function isFinished(incident: Incident): boolean {
  const never = { pageAgainMs: 0, escalateMs: 0, remediation: 'off' } as const;
  const isSent = incident.status === 'resolved' && stepsDue(incident, 0, never).length === 0;
  return isSent && !isLookDue(incident);
}

/** What an incident remembers after its second look ({@link isLookDue}). */
export const LOOKED_AGAIN = 'looked again';

/**
 * Whether a resolved incident needs a second look at its quiet. Crashes that were recorded between the look
 * that found it quiet and the resolution met an open incident, and opened none.
 */
export function isLookDue({ resolved, done }: Incident): boolean {
  return resolved?.quietSince !== undefined && done[LOOKED_AGAIN] === undefined;
}

/** The incident after a step; its lease is released if nothing else is due. */
export function afterStep(
  incident: Incident,
  { marks }: Step,
  now: number,
  policy: StepsPolicy,
): Incident {
  const done = { ...incident.done, ...Object.fromEntries(marks.map((mark) => [mark, now])) };
  const after = { ...incident, done };
  return stepsDue(after, now, policy).length > 0 ? after : { ...after, held: undefined };
}

function noticesDue(incident: Incident, now: number, policy: StepsPolicy): readonly Notice[] {
  const { status, acknowledged, resolved, done } = incident;
  const due = [...ALWAYS];
  const pagedAt = done['page'];
  if (status === 'open' && pagedAt !== undefined) {
    if (now >= pagedAt + policy.pageAgainMs) due.push('page-again');
    if (now >= pagedAt + policy.escalateMs) due.push('escalation');
  }
  // It was resolved before the page could be sent: a pager that is asked to resolve needs no
  // acknowledgement.
  if (acknowledged !== undefined && resolved === undefined) due.push('acknowledgement');
  if (resolved !== undefined) due.push('resolution', 'all-clear');
  return due;
}

/** Each later fault has a page of its own, which is resolved with the incident. */
function faultNoticesDue({ others = [], acknowledged, resolved }: Incident): readonly Step[] {
  return others.flatMap((fault) => {
    const due: Notice[] = ['another-fault'];
    const isMeant = acknowledged !== undefined && acknowledged.at >= fault.at;
    if (isMeant && resolved === undefined) due.push('acknowledgement');
    if (resolved !== undefined) due.push('resolution');
    return due.map(
      (notice): Step => ({
        kind: 'notify',
        marks: [`${notice} ${fault.fault}`],
        notice,
        fault,
      }),
    );
  });
}

/** Requested once, when the incident is new: an operator who resumed the lane is not overruled. */
function lanesToPause({ status, cause, lanes }: Incident, policy: StepsPolicy): readonly Lane[] {
  const asked = policy.remediation === 'pause-lane' && cause === 'crashes';
  return asked && status !== 'resolved' ? lanes : [];
}

interface Fact {
  readonly mark: string;
  readonly fact: AuditFact;
}

/** Facts for the audit log about the incident's current state. */
function factsOf(incident: Incident): readonly Fact[] {
  const { openedAt, cause, why, clocks, acknowledged, resolved } = incident;
  const details = { severity: 'critical', cause, ...clocks };
  const facts = [
    factOf(incident, 'opened', {
      kind: 'incident-opened',
      at: openedAt,
      ...whoAndWhy({ why }),
      details,
    }),
    ...pagesOf(incident),
  ];
  if (acknowledged !== undefined) {
    const { at } = acknowledged;
    const fact = { kind: 'acknowledgement', at, ...whoAndWhy(acknowledged), details: {} } as const;
    facts.push(factOf(incident, 'acknowledged', fact));
  }
  if (resolved !== undefined) {
    const { at } = resolved;
    const { crashes, messages } = incident;
    const fact = { kind: 'incident-resolved', at, ...whoAndWhy(resolved) } as const;
    facts.push(factOf(incident, 'resolved', { ...fact, details: { crashes, messages } }));
  }
  return facts;
}

function pagesOf(incident: Incident): readonly Fact[] {
  const { done, others = [] } = incident;
  const notices = Object.entries(NOTICES).flatMap(([notice, { audience, action }]) => {
    const at = done[notice];
    if (at === undefined || action !== 'trigger') return [];
    return factOf(incident, `told ${notice}`, { kind: 'page', at, details: { notice, audience } });
  });
  const ofOthers = others.flatMap(({ fault }) => {
    const notice = 'another-fault';
    const at = done[`${notice} ${fault}`];
    if (at === undefined) return [];
    const details = { notice, audience: NOTICES[notice].audience, fault };
    return factOf(incident, `told ${notice} ${fault}`, { kind: 'page', at, details });
  });
  return [...notices, ...ofOthers];
}

function factOf(incident: Incident, what: string, fact: Omit<AuditFact, 'id' | 'component'>): Fact {
  const key = incidentKey(incident);
  return {
    mark: `audit ${what}`,
    fact: {
      ...fact,
      // A new table counts from 1 again, but the audit log goes on.
      id: `incident ${key} of ${incident.openedAt}: ${what}`,
      component: 'incident',
      details: { incident: key, scope: incident.scope, ...fact.details },
    },
  };
}
