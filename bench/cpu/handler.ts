/** `validate` as it is deployed, fed with healthy batches. Reports ms of CPU a message, threads included. */
import { randomUUID } from 'node:crypto';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { cpuMs, MEASURED, texts, WARM_UP } from './batches.ts';

type Handler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

const [bundle = '', size = '10'] = process.argv.slice(2);
const BATCH = Number(size);
const { handler } = (await import(bundle)) as { handler: Handler };

async function run(count: number): Promise<void> {
  const all = texts(count);
  for (let done = 0; done < count; done += BATCH) {
    const event = eventOf(all.slice(done, done + BATCH));
    const { batchItemFailures } = await handler(event, contextNow());
    if (batchItemFailures.length > 0) throw new Error('healthy messages failed');
  }
}

function eventOf(bodies: readonly string[]): SQSEvent {
  const now = String(Date.now());
  return {
    Records: bodies.map((body) => ({
      messageId: randomUUID(),
      receiptHandle: randomUUID(),
      body,
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: now,
        SenderId: 'AIDAEXAMPLE',
        ApproximateFirstReceiveTimestamp: now,
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: process.env['LANE_QUEUE_ARN'] ?? '',
      awsRegion: 'us-east-1',
    })),
  };
}

function contextNow(): Context {
  const endsAt = Date.now() + 60_000;
  return {
    awsRequestId: randomUUID(),
    functionName: 'validate',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:validate',
    memoryLimitInMB: '1024',
    getRemainingTimeInMillis: () => endsAt - Date.now(),
  } as Context;
}

await run(WARM_UP);
const before = process.cpuUsage();
await run(MEASURED);
process.send?.(cpuMs(before) / MEASURED);
process.exit();
