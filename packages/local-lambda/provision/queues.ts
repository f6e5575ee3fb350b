import {
  CreateQueueCommand,
  QueueDoesNotExist,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { type QueuePlan, queueUrlOf } from '../template/plan.ts';

/** Creates the queues, and updates kept ones to the template. */
export async function provisionQueues(
  sqs: SQSClient,
  endpoint: string,
  plans: QueuePlan[],
): Promise<void> {
  await Promise.all(plans.map((plan) => provisionQueue(sqs, endpoint, plan)));
}

async function provisionQueue(sqs: SQSClient, endpoint: string, plan: QueuePlan): Promise<void> {
  const { FifoQueue, ContentBasedDeduplication, RedrivePolicy, ...numbers } = plan.properties;
  const attributes: Record<string, string> = Object.fromEntries(
    Object.entries(numbers).map(([key, value]) => [key, String(value)]),
  );
  if (RedrivePolicy) attributes.RedrivePolicy = JSON.stringify(RedrivePolicy);
  if (FifoQueue) attributes.ContentBasedDeduplication = String(ContentBasedDeduplication);
  const QueueUrl = queueUrlOf(plan.name, endpoint);
  try {
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: attributes }));
  } catch (error) {
    if (!(error instanceof QueueDoesNotExist)) throw error;
    if (FifoQueue) attributes.FifoQueue = 'true';
    await sqs.send(new CreateQueueCommand({ QueueName: plan.name, Attributes: attributes }));
  }
}
