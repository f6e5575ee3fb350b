/**
 * Splits a batch by what has to be done: the crashes of each scope, each escalation, one review of all
 * incidents.
 */
import type { IncidentMessage } from '../../core/message/messages.ts';
import type { Tally } from '../../telemetry/tally.ts';
import { handleCrashes, handleEscalation, type ReportedCrash } from './open-incidents.ts';
import type { IncidentParts } from './parts.ts';
import { publishCrashFacts } from './publish-crash-facts.ts';
import { reviewIncidents } from './review-incidents.ts';

/** A message of the batch; undefined if it is not ours. */
interface ReadRecord {
  readonly messageId: string;
  readonly message: IncidentMessage | undefined;
}

export interface Job {
  /** For logs. */
  readonly about: string;
  /** Indexes of its messages in the batch. They are done when the job is done. */
  readonly positions: readonly number[];
  run(): Promise<void>;
}

/** The jobs in the order in which they must be done. */
export function jobsOf(
  parts: IncidentParts,
  records: readonly ReadRecord[],
  owner: string,
  tally: Tally,
): Job[] {
  const scopes = new Map<string, { positions: number[]; reports: ReportedCrash[] }>();
  const escalations: Job[] = [];
  const wakes: number[] = [];
  for (const [position, { messageId, message }] of records.entries()) {
    if (message === undefined) continue;
    if ('wake' in message) {
      wakes.push(position);
    } else if ('escalation' in message) {
      const { escalation } = message;
      const run = () => handleEscalation(parts, escalation, messageId, owner, tally);
      escalations.push({ about: escalation.scope, positions: [position], run });
    } else {
      const scope = scopes.get(message.component) ?? { positions: [], reports: [] };
      scope.positions.push(position);
      scope.reports.push({ crash: message, messageId });
      scopes.set(message.component, scope);
    }
  }
  const crashes = [...scopes].map(([scope, { positions, reports }]) => ({
    about: scope,
    positions,
    async run() {
      await handleCrashes(parts, scope, reports, owner, tally);
      await publishCrashFacts(
        parts,
        reports.map(({ crash }) => crash),
      );
    },
  }));
  // However many minutes have queued up, one review is enough.
  const review = {
    about: 'all incidents',
    positions: wakes,
    run: () => reviewIncidents(parts, owner, tally),
  };
  return [...crashes, ...escalations, ...(wakes.length > 0 ? [review] : [])];
}
