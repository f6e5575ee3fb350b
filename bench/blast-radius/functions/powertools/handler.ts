/** Powertools' batch processor, as its documentation shows it. */
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { SQSHandler } from 'aws-lambda';
import { processRecord } from '../../process-record.ts';

const processor = new BatchProcessor(EventType.SQS);

export const handler: SQSHandler = (event, context) =>
  processPartialResponse(event, processRecord, processor, { context });
