/** middy's partial batch failure, as its documentation shows it. */
import middy from '@middy/core';
import sqsPartialBatchFailure from '@middy/sqs-partial-batch-failure';
import type { SQSEvent } from 'aws-lambda';
import { processRecord } from '../../process-record.ts';

export const handler = middy<SQSEvent, PromiseSettledResult<void>[]>()
  .use(sqsPartialBatchFailure({ logger: () => {} }))
  .handler(({ Records }: SQSEvent) =>
    // In a function of its own: a synchronous throw must reject its own promise only.
    Promise.allSettled(Records.map(async (record) => processRecord(record))),
  );
