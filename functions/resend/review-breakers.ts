/**
 * Each minute: emits how long a breaker has not been closed, and publishes its new transitions to the audit
 * log again. The process that made one may have died before it published (R40).
 */
import type { AuditQueue } from '../../aws/audit-queue.ts';
import { confirmPublished } from '../../aws/breakers-table.ts';
import type { Targets } from '../../aws/delivery-targets.ts';
import type { Table } from '../../aws/handles.ts';
import { auditTransitions } from '../../breaker/publish-transitions.ts';
import { type BreakerState, unpublishedOf } from '../../core/breaker/breaker-state.ts';
import { isFhirServer } from '../../core/delivery/delivery-targets.ts';
import { BATCH_ENTRIES_MAX } from '../../core/message/send-batches.ts';
import { splitList } from '../../core/message/split-list.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';

export interface BreakersReview {
  readonly breakersTable: Table;
  /** Absent if nothing is to be published. */
  readonly audit: AuditQueue | undefined;
  readonly telemetry: Telemetry;
  /** The FHIR servers that are delivered to. The breaker of a former one stays as it was, for ever. */
  readonly targets: Pick<Targets, 'services'>;
  /** Epoch ms. */
  readonly now: () => number;
}

export interface ListedBreaker {
  readonly service: string;
  readonly state: BreakerState;
}

/** A breaker whose transitions cannot be published hides no other. Throws the first fault at the end. */
export async function reviewBreakers(
  review: BreakersReview,
  breakers: readonly ListedBreaker[],
): Promise<void> {
  const now = review.now();
  const isFormer = (service: string) =>
    isFhirServer(service) && !review.targets.services.includes(service);
  for (const { service, state } of breakers) {
    if (isFormer(service)) continue;
    const openMs = state.phase === 'closed' ? 0 : Math.max(0, now - state.since);
    if (openMs > 0) review.telemetry.emit('BreakerOpenSeconds', 'breaker', service, openMs / 1_000);
  }
  const published = await Promise.allSettled(breakers.map((each) => publishAgain(review, each)));
  const failed = published.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function publishAgain(
  { breakersTable, audit }: BreakersReview,
  { service, state }: ListedBreaker,
): Promise<void> {
  if (audit === undefined) return;
  // Confirmed step by step: where sends fail or take long, the next minute goes on from there.
  for (const some of splitList(unpublishedOf(state), BATCH_ENTRIES_MAX)) {
    await auditTransitions(audit, service, some);
    const last = some.at(-1);
    if (last !== undefined) await confirmPublished(breakersTable, service, last);
  }
}
