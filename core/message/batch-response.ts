/**
 * What a batch handler answers to the event source mapping (`ReportBatchItemFailures`).
 *
 * The safe answer is the default: a record counts as failed unless it is known to be done (R06). So a
 * handler that forgot a record, was cut short or answered out of order loses nothing: SQS delivers again.
 *
 * A batch may hold the same message twice (SQS delivers at least once), and SQS knows a record by its
 * message id only: if one of two copies failed, the id is reported.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */

export type RecordResult = 'done' | 'failed';

export interface BatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}

/** Results are by position. A missing one is a failure. */
export function batchResponse(
  messageIds: readonly string[],
  results: readonly (RecordResult | undefined)[],
): BatchResponse {
  const failed = new Set(messageIds.filter((_, position) => results[position] !== 'done'));
  return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
}
