/**
 * What happens to a batch after its function responded: the rules of Lambda's SQS event sources
 * (docs, "Reporting batch item failures for Lambda functions with an Amazon SQS trigger").
 *
 * Without ReportBatchItemFailures, a successful invocation completes its whole batch. With it, a
 * response that is empty, null, or has no failures is a complete success. A response that is not
 * JSON of the right shape, or that has an empty, null or unknown identifier, is a complete failure.
 * A failed message is left alone: it becomes visible after its visibility timeout.
 */
import type { Outcome, Refusal } from '../lambda/outcome.ts';

/** The messages to delete. The others stay in flight. `reason` says why a whole batch failed. */
export type Disposition = { succeeded: string[]; reason?: string };

/**
 * @param messageIds ids of the batch, as the function got them
 * @param reportsFailures whether the mapping has ReportBatchItemFailures
 */
export function dispose(
  messageIds: string[],
  outcome: Outcome | Refusal,
  reportsFailures: boolean,
): Disposition {
  if (outcome.status !== 'success') return failed(outcome.errorType);
  if (!reportsFailures) return { succeeded: messageIds };
  const response = parse(outcome.payload);
  if (response === undefined) return failed('the response is not JSON');
  if (response === null) return { succeeded: messageIds };
  if (typeof response !== 'object' || Array.isArray(response)) {
    return failed('the response is not an object');
  }
  const failures: unknown = 'batchItemFailures' in response ? response.batchItemFailures : null;
  if (failures === null) return { succeeded: messageIds };
  if (!Array.isArray(failures)) return failed('batchItemFailures is not a list');
  return without(messageIds, failures);
}

function without(messageIds: string[], failures: unknown[]): Disposition {
  const known = new Set(messageIds);
  const named = new Set<string>();
  for (const failure of failures) {
    const id = identifier(failure);
    if (!id) return failed('an itemIdentifier is absent, null or empty');
    if (!known.has(id)) return failed(`itemIdentifier ${id} is not in the batch`);
    named.add(id);
  }
  return { succeeded: messageIds.filter((id) => !named.has(id)) };
}

function identifier(failure: unknown): string | undefined {
  if (typeof failure !== 'object' || failure === null) return undefined;
  const id: unknown = 'itemIdentifier' in failure ? failure.itemIdentifier : undefined;
  return typeof id === 'string' ? id : undefined;
}

function failed(reason: string): Disposition {
  return { succeeded: [], reason };
}

/** Undefined if it is not JSON. An empty response is null. */
function parse(payload: string): unknown {
  if (payload.trim() === '') return null;
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}
