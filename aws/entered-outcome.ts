import { type Outcome, outcomeEvent } from '../core/message/outcome-event.ts';
import type { Table } from './handles.ts';
import type { OutcomesTopic } from './outcomes-topic.ts';
import { type QuarantineRecord, readEntry } from './quarantine-entries.ts';

/**
 * Publishes the outcome that a message's Quarantine entry has already: the delivery that wrote it may have
 * died before it published. An operator may have discarded it since: that is how it ended all the same.
 * Publishes nothing, and returns false, if there is none yet.
 */
export async function publishEnteredOutcome(
  table: Table,
  topic: OutcomesTopic,
  messageId: string,
  now: number,
): Promise<boolean> {
  const entry = await readEntry(table, messageId);
  if (entry === undefined) return false;
  const outcome = enteredOutcome(entry, now);
  if (outcome === undefined) return false;
  await topic.publish(outcomeEvent({ ...entry, messageId }, entry.lane, outcome));
  return true;
}

function enteredOutcome(entry: QuarantineRecord, now: number): Outcome | undefined {
  const { status, kind, crash, fingerprint, outcome, storedAt = now } = entry;
  if (status === 'stored') return { verdict: 'stored', endedAt: storedAt };
  if (status !== 'quarantined' && status !== 'discarded') return undefined;
  const ended = { fingerprint, endedAt: entry.quarantinedAt ?? now };
  if (kind === 'dead-letter') return { verdict: 'dead-lettered', crash, ...ended };
  return { verdict: 'rejected', issues: issuesOf(outcome), ...ended };
}

/** Of an OperationOutcome as we wrote it. */
function issuesOf(outcome: string | undefined): NonNullable<Outcome['issues']> {
  if (outcome === undefined) return [];
  const { issue = [] } = JSON.parse(outcome) as Partial<WrittenOutcome>;
  return issue.map(({ severity, code, expression, details }) => {
    const [where] = expression ?? [];
    const rule = details?.coding?.[0]?.code;
    return {
      severity,
      code,
      ...(where !== undefined && { expression: where }),
      ...(rule !== undefined && { rule }),
    };
  });
}

interface WrittenOutcome {
  readonly issue: readonly {
    readonly severity: 'error' | 'warning' | 'information';
    readonly code: string;
    readonly expression?: readonly string[];
    readonly details?: { readonly coding?: readonly { readonly code?: string }[] };
  }[];
}
