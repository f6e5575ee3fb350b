/**
 * The life of one message, from the tables: when it was received, what was tried, how it ended, and who
 * sent it back. It answers an operator's question "where is message X?".
 *
 * Resources holds the current version only. A message whose resource was replaced by a newer submission
 * left nothing there, and nothing in Quarantine, so nothing is known of it: that is a result of its own,
 * and never means "lost".
 */
import type { Attempt, QuarantineStatus } from '../attempt/attempts.ts';
import type { Lane, OutcomeVerdict } from './messages.ts';
import type { PastRound } from './redrive.ts';

interface Submitted {
  readonly messageId: string;
  /** Epoch ms, as all times here. */
  readonly sentAt: number;
  readonly source: string;
  readonly lane: Lane;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly correlationId?: string | undefined;
}

/** Its resource, while it is the current one. */
export interface StoredRecord extends Submitted {
  readonly resourceType: string;
  readonly storedAt: number;
  /** Undefined if nothing is delivered to a FHIR server. */
  readonly delivery?: 'pending' | 'delivered' | undefined;
}

/** Its entry in Quarantine: of the message, or of the delivery of its resource. */
export interface TroubleRecord extends Submitted {
  readonly status: QuarantineStatus;
  readonly kind?: string | undefined;
  readonly reason?: string | undefined;
  readonly quarantinedAt?: number | undefined;
  readonly attempts: readonly Attempt[];
  readonly rounds: readonly PastRound[];
  readonly discard?: {
    readonly at: number;
    readonly by: string;
    readonly why?: string | undefined;
  };
}

export interface LifeStep {
  /** Undefined if the tables do not say when. */
  readonly at?: number | undefined;
  readonly what: string;
  /** Request id of the invocation. */
  readonly requestId?: string;
}

export interface MessageLife extends Submitted {
  readonly ending: OutcomeVerdict | 'waiting';
  readonly steps: readonly LifeStep[];
}

/** Undefined if the tables know nothing about the message. */
export function lifeOf(
  stored: StoredRecord | undefined,
  troubles: readonly TroubleRecord[],
): MessageLife | undefined {
  const record = stored ?? troubles[0];
  if (record === undefined) return undefined;
  const { messageId, sentAt, source, lane, file, line, correlationId } = record;
  const steps: LifeStep[] = [
    { at: sentAt, what: `received by the lane ${lane}, from ${source}` },
    ...troubles.flatMap(stepsOf),
    ...(stored === undefined ? [] : storedSteps(stored)),
  ];
  const ending = stored === undefined ? endingOf(troubles) : 'stored';
  const known = { messageId, sentAt, source, lane, file, line, correlationId };
  return { ...known, ending, steps: inOrder(steps) };
}

/** How a message ended, from Quarantine alone. */
export function endingOf(
  troubles: readonly Pick<TroubleRecord, 'status' | 'kind'>[],
): MessageLife['ending'] {
  const endings = troubles.map(({ status, kind }): MessageLife['ending'] => {
    if (status === 'redriven' || status === 'in-isolation') return 'waiting';
    if (status === 'stored' || status === 'delivered' || kind === 'undelivered') return 'stored';
    return kind === 'dead-letter' ? 'dead-lettered' : 'rejected';
  });
  return endings[0] ?? 'waiting';
}

const ENDED: Readonly<Record<string, string>> = {
  rejection: 'rejected',
  'dead-letter': 'dead-lettered',
  undelivered: 'not taken by the FHIR server',
};

const ended = (kind: string | undefined, reason: string | undefined) =>
  `${ENDED[kind ?? ''] ?? 'quarantined'}: ${reason ?? 'no reason is known'}`;

function stepsOf({ rounds, attempts, discard, ...entry }: TroubleRecord): LifeStep[] {
  const { status, kind, reason, quarantinedAt } = entry;
  const steps = rounds.flatMap((round) => [
    { at: round.quarantinedAt, what: ended(round.kind, round.reason) },
    { at: round.redrivenAt, what: `redriven by ${round.by}${because(round.why)}` },
  ]);
  for (const attempt of attempts) steps.push(...attemptSteps(attempt));
  if (status === 'quarantined' || status === 'discarded') {
    steps.push({ at: quarantinedAt ?? 0, what: ended(kind, reason) });
  }
  if (discard !== undefined) {
    steps.push({ at: discard.at, what: `given up by ${discard.by}${because(discard.why)}` });
  }
  return [...steps, ...lastSteps(status)];
}

function attemptSteps({ requestId, startedAt, ended: at, crash, reason = '' }: Attempt) {
  const begun = { at: startedAt, what: 'ran alone', requestId };
  if (at === undefined) return [begun];
  const what = crash === undefined ? 'survived' : `crashed: ${[crash, reason].join(' ').trimEnd()}`;
  return [begun, { at, what, requestId }];
}

/** Steps without a time of their own. */
function lastSteps(status: QuarantineStatus): LifeStep[] {
  switch (status) {
    case 'stored':
      return [{ what: 'stored; replaced by a newer submission, or expired since' }];
    case 'delivered':
      return [{ what: 'delivered to the FHIR server' }];
    case 'redriven':
    case 'in-isolation':
      return [{ what: 'waits to be validated alone' }];
    case 'quarantined':
    case 'discarded':
      return [];
  }
}

function storedSteps({ storedAt, resourceType, delivery }: StoredRecord): LifeStep[] {
  const steps: LifeStep[] = [{ at: storedAt, what: `stored as ${resourceType}` }];
  if (delivery === 'pending') steps.push({ what: 'waits to be delivered to the FHIR server' });
  if (delivery === 'delivered') steps.push({ what: 'delivered to the FHIR server' });
  return steps;
}

const because = (why: string | undefined) => (why === undefined ? '' : ` (${why})`);

/**
 * A step without a time is the latest. If the entry and the resource both say that it is stored,
 * the resource's step is kept: it says more.
 */
function inOrder(steps: readonly LifeStep[]): LifeStep[] {
  const isStored = steps.some(({ at, what }) => at !== undefined && what.startsWith('stored as'));
  const kept = steps.filter(({ what }) => !isStored || !what.startsWith('stored; replaced'));
  const time = ({ at }: LifeStep) => at ?? Number.POSITIVE_INFINITY;
  // NaN for two without a time, which keeps their order.
  return kept.toSorted((a, b) => time(a) - time(b));
}
