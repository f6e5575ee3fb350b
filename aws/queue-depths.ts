/** Numbers of messages in the queues of a stage, for operators. */
import { GetQueueAttributesCommand, paginateListQueues, type SQSClient } from '@aws-sdk/client-sqs';
import type { Queue } from './handles.ts';

/** Approximate, as in SQS. */
export interface Depths {
  readonly waiting: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** URLs of all queues whose names have this prefix. */
export async function queueUrlsOf(sqs: SQSClient, prefix: string): Promise<string[]> {
  const urls: string[] = [];
  for await (const page of paginateListQueues({ client: sqs }, { QueueNamePrefix: prefix })) {
    urls.push(...(page.QueueUrls ?? []));
  }
  return urls;
}

export async function depthsOf({ sqs, url: QueueUrl }: Queue): Promise<Depths> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    }),
  );
  return {
    waiting: Number(Attributes['ApproximateNumberOfMessages'] ?? 0),
    inFlight: Number(Attributes['ApproximateNumberOfMessagesNotVisible'] ?? 0),
    delayed: Number(Attributes['ApproximateNumberOfMessagesDelayed'] ?? 0),
  };
}
