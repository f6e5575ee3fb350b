/** A plain handler: one message after the other; what throws fails the whole batch. */
import type { SQSEvent } from 'aws-lambda';
import { processRecord } from '../../process-record.ts';

export async function handler({ Records }: SQSEvent): Promise<void> {
  for (const record of Records) await processRecord(record);
}
